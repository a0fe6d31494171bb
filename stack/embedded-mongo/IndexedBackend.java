import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.backend.memory.MemoryDatabase;
import de.bwaldvogel.mongo.bson.Document;

/** Opens databases whose collections have secondary indexes. */
final class IndexedBackend extends MemoryBackend {

  @Override
  public MemoryDatabase openOrCreateDatabase(String name) {
    return new IndexedDatabase(name, getCursorRegistry());
  }

  /** A getMore without batchSize is legal and means "as much as fits"; the library refuses it. */
  @Override
  protected Document handleGetMore(String databaseName, String command, Document query) {
    query.putIfAbsent("batchSize", IndexedCollection.BATCH_DOCUMENTS_MAX);
    return super.handleGetMore(databaseName, command, query);
  }
}
