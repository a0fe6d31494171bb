import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.DatabaseResolver;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.memory.MemoryCollection;
import de.bwaldvogel.mongo.backend.memory.MemoryDatabase;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.oplog.Oplog;
import io.netty.channel.Channel;
import java.util.List;

/** A database that honours non-unique indexes and leads the first $match of an aggregation to them. */
final class IndexedDatabase extends MemoryDatabase {

  IndexedDatabase(String name, CursorRegistry cursors) {
    super(name, cursors);
  }

  @Override
  protected MemoryCollection openOrCreateCollection(String name, CollectionOptions options) {
    return new IndexedCollection(this, name, options, cursorRegistry);
  }

  @Override
  protected Index<Integer> openOrCreateSecondaryIndex(
      String collection, String name, List<IndexKey> keys, boolean sparse) {
    return new PathIndex(name, keys);
  }

  @Override
  public Document handleCommand(
      Channel channel, String command, Document query, DatabaseResolver databases, Oplog oplog) {
    switch (command) {
      case "aggregate":
        return aggregate(channel, command, query, databases, oplog);
      case "insert":
        return withHonestCount(query, super.handleCommand(channel, command, query, databases, oplog));
      default:
        return super.handleCommand(channel, command, query, databases, oplog);
    }
  }

  /** The leading $match becomes the filter by which the collection hands out its documents. */
  private Document aggregate(
      Channel channel, String command, Document query, DatabaseResolver databases, Oplog oplog) {
    MongoCollection<Integer> collection = resolveCollection(query.get(command).toString(), false);
    Document match = firstMatch(query);
    if (match == null || query.containsKey("let") || !(collection instanceof IndexedCollection)) {
      return super.handleCommand(channel, command, query, databases, oplog);
    }
    List<?> pipeline = (List<?>) query.get("pipeline");
    Document rest = query.clone();
    rest.put("pipeline", pipeline.subList(1, pipeline.size()));
    IndexedCollection indexed = (IndexedCollection) collection;
    indexed.narrowNextScan(match);
    try {
      return super.handleCommand(channel, command, rest, databases, oplog);
    } finally {
      indexed.narrowNextScan(null);
    }
  }

  private static Document firstMatch(Document query) {
    if (!(query.get("pipeline") instanceof List)) return null;
    List<?> pipeline = (List<?>) query.get("pipeline");
    if (pipeline.isEmpty() || !(pipeline.get(0) instanceof Document)) return null;
    Document stage = (Document) pipeline.get(0);
    if (stage.size() != 1 || !(stage.get("$match") instanceof Document)) return null;
    return (Document) stage.get("$match");
  }

  /** The library answers an insert with the number of documents sent, refused ones included. */
  private static Document withHonestCount(Document query, Document answer) {
    if (!(answer.get("writeErrors") instanceof List)) return answer;
    List<?> errors = (List<?>) answer.get("writeErrors");
    int sent = ((List<?>) query.get("documents")).size();
    boolean ordered = !Boolean.FALSE.equals(query.get("ordered"));
    Document first = (Document) errors.get(0);
    answer.put("n", ordered ? (Integer) first.get("index") : sent - errors.size());
    return answer;
  }
}
