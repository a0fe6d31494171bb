import { type ConnectionOptions, UndiciConnection } from '@elastic/elasticsearch';

/**
 * The client's own connection, but for answers that are larger than `maxResponseSize`: when their length is told
 * beforehand, the client destroys the body before anybody listens to it, and the error of that would end the process.
 */
export class ElasticsearchConnection extends UndiciConnection {
  constructor(options: ConnectionOptions) {
    super(options);
    const { pool } = this;
    const request = pool.request.bind(pool);
    pool.request = (async (asked: Parameters<typeof request>[0]) => {
      const answer = await request(asked);
      // Whoever reads the body is told all the same.
      answer.body.on('error', () => {});
      return answer;
    }) as typeof pool.request;
  }
}
