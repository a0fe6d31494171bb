/** What `npm start` says at the end: where to look, and requests that work. */
export function guide(apiUrl: string, adminUrl: string, logFolder: string): string {
  return `
The system is running.
  query API      ${apiUrl}/v1/orders
  health         ${apiUrl}/health/ready and ${adminUrl}/health/ready
  logs           ${logFolder}

Try
  curl '${apiUrl}/v1/orders?size=3'
  curl -G '${apiUrl}/v1/orders' --data-urlencode 'q=苹果'
  curl '${apiUrl}/v1/products?sort=-sales30d&size=5'

Ctrl-C stops everything.
`;
}
