import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.ArrayFilters;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.DocumentWithPosition;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.QueryParameters;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.backend.memory.MemoryCollection;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.oplog.Oplog;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A collection that looks up _id and indexed paths by hash, also beside other conditions, and
 * hands out copies: the library answers with the live documents and encodes them after the lock
 * is released, so that a reader could see half of an update.
 */
final class IndexedCollection extends MemoryCollection {

  /** Keeps an answer well below the 48 MB that a driver accepts in one message. */
  static final int BATCH_DOCUMENTS_MAX = 4000;

  private final List<PathIndex> pathIndexes = new ArrayList<>();
  private final ThreadLocal<Document> nextScanFilter = new ThreadLocal<>();
  private Index<Integer> idIndex;
  private int positionsEver;
  private boolean answersFind;

  IndexedCollection(MongoDatabase database, String name, CollectionOptions options, CursorRegistry cursors) {
    super(database, name, options, cursors);
  }

  /** The next queryAllAsStream of this thread hands out only what matches; null takes it back. */
  void narrowNextScan(Document filter) {
    nextScanFilter.set(filter);
  }

  @Override
  public synchronized Stream<Document> queryAllAsStream() {
    Document filter = nextScanFilter.get();
    nextScanFilter.remove();
    List<Document> documents = new ArrayList<>();
    for (Document document : handleQuery(filter == null ? new Document() : filter)) documents.add(document.clone());
    return documents.stream();
  }

  @Override
  public synchronized QueryResult handleQuery(QueryParameters parameters) {
    // Only the find command wraps its filter in $query; updates and deletes need the live documents.
    answersFind = parameters.getQuerySelector().containsKey("$query");
    try {
      return super.handleQuery(parameters);
    } finally {
      answersFind = false;
    }
  }

  @Override
  protected QueryResult createQueryResult(List<Document> documents, int batchSize) {
    if (!answersFind) return super.createQueryResult(documents, batchSize);
    List<Document> copies = documents.stream().map(Document::clone).collect(Collectors.toList());
    return super.createQueryResult(copies, batchSize > 0 ? batchSize : BATCH_DOCUMENTS_MAX);
  }

  @Override
  public synchronized Document findAndModify(Document query) {
    Document answer = super.findAndModify(query);
    if (answer.get("value") instanceof Document) answer.put("value", ((Document) answer.get("value")).clone());
    return answer;
  }

  @Override
  public synchronized int count(Document query, int skip, int limit) {
    return super.count(query, skip, limit);
  }

  /** Sizes are never asked for, and computing them would encode every document twice per update. */
  @Override
  protected boolean tracksDataSize() {
    return false;
  }

  @Override
  public synchronized void addIndex(Index<Integer> index) {
    super.addIndex(index);
    if (!getIndexes().contains(index)) return;
    if (index.getKeys().size() == 1 && index.getKeys().get(0).getKey().equals("_id")) idIndex = index;
    if (index instanceof PathIndex) {
      PathIndex pathIndex = (PathIndex) index;
      streamAllDocumentsWithPosition().forEach(d -> pathIndex.put(d.getDocument(), d.getPosition()));
      pathIndexes.add(pathIndex);
    }
  }

  @Override
  public synchronized void dropIndex(String name) {
    super.dropIndex(name);
    pathIndexes.removeIf(index -> index.getName().equals(name));
  }

  @Override
  protected Integer addDocumentInternal(Document document) {
    Integer position = super.addDocumentInternal(document);
    positionsEver = Math.max(positionsEver, position + 1);
    for (PathIndex index : pathIndexes) index.put(document, position);
    return position;
  }

  @Override
  protected void removeDocument(Integer position) {
    for (PathIndex index : pathIndexes) index.take(getDocument(position), position);
    super.removeDocument(position);
  }

  @Override
  protected void handleUpdate(Integer position, Document before, Document after) {
    for (PathIndex index : pathIndexes) index.move(before, after, position);
    super.handleUpdate(position, before, after);
  }

  /** The library's own walks a linked list of the free positions for each document. */
  @Override
  protected Stream<DocumentWithPosition<Integer>> streamAllDocumentsWithPosition() {
    return IntStream.range(0, positionsEver)
        .filter(position -> getDocument(position) != null)
        .mapToObj(position -> new DocumentWithPosition<>(getDocument(position), position));
  }

  @Override
  protected QueryResult queryDocuments(
      Document query, Document orderBy, int skip, int limit, int batchSize, Document projection) {
    Collection<Integer> positions = positionsMatching(flattened(query));
    if (positions == null) return super.queryDocuments(query, orderBy, skip, limit, batchSize, projection);
    List<Integer> ordered = new ArrayList<>(positions);
    if (isNaturalDescending(orderBy)) Collections.reverse(ordered);
    Stream<Document> documents = ordered.stream().map(this::getDocument);
    return matchDocumentsFromStream(documents, new Document(), orderBy, skip, limit, batchSize, projection);
  }

  /**
   * The common write, a whole document replaced under a filter that an index answers, without the
   * library's several deep copies of it.
   */
  @Override
  public synchronized Document updateDocuments(
      Document selector, Document update, ArrayFilters arrayFilters, boolean isMulti, boolean isUpsert, Oplog oplog) {
    TreeSet<Integer> positions = isMulti || !isReplacement(update) || hasUniqueIndex()
        ? null
        : positionsMatching(flattened(selector));
    if (positions == null || positions.isEmpty()) {
      return super.updateDocuments(selector, update, arrayFilters, isMulti, isUpsert, oplog);
    }
    Document document = getDocument(positions.first());
    Object id = document.get("_id");
    if (update.containsKey("_id") && !id.equals(update.get("_id"))) {
      return super.updateDocuments(selector, update, arrayFilters, isMulti, isUpsert, oplog);
    }
    Utils.validateFieldNames(update);
    Document replacement = new Document("_id", id);
    replacement.putAll(update);
    boolean isChanged = !replacement.equals(document);
    if (isChanged) {
      for (PathIndex index : pathIndexes) index.move(document, replacement, positions.first());
      document.clear();
      document.putAll(replacement);
    }
    oplog.handleUpdate(getFullName(), selector, update, isChanged ? List.of(id) : List.of());
    return new Document("n", 1).append("nModified", isChanged ? 1 : 0);
  }

  private static boolean isReplacement(Document update) {
    return update.keySet().stream().noneMatch(key -> key.startsWith("$"));
  }

  private boolean hasUniqueIndex() {
    return getIndexes().stream().anyMatch(index -> index != idIndex && index.isUnique());
  }

  /** The positions of all documents that match, ascending; null when no index can answer. */
  private TreeSet<Integer> positionsMatching(Document filter) {
    Condition best = null;
    Map<Integer, List<Object>> candidates = null;
    for (Condition condition : Condition.of(filter)) {
      Map<Integer, List<Object>> found = lookUp(condition);
      if (found != null && (candidates == null || found.size() < candidates.size())) {
        best = condition;
        candidates = found;
      }
    }
    if (best == null) return positionsMatchingAny(filter);
    TreeSet<Integer> positions = new TreeSet<>();
    for (Map.Entry<Integer, List<Object>> candidate : candidates.entrySet()) {
      Document narrowed = best.narrowed(filter, candidate.getValue());
      if (documentMatchesQuery(getDocument(candidate.getKey()), narrowed)) positions.add(candidate.getKey());
    }
    return positions;
  }

  /** A disjunction is answered by indexes when each of its branches is. */
  private TreeSet<Integer> positionsMatchingAny(Document filter) {
    if (!(filter.get("$or") instanceof List) || ((List<?>) filter.get("$or")).isEmpty()) return null;
    TreeSet<Integer> positions = new TreeSet<>();
    for (Object branch : (List<?>) filter.get("$or")) {
      TreeSet<Integer> found = branch instanceof Document ? positionsMatching(flattened((Document) branch)) : null;
      if (found == null) return null;
      positions.addAll(found);
    }
    Document rest = filter.clone();
    rest.remove("$or");
    positions.removeIf(position -> !documentMatchesQuery(getDocument(position), rest));
    return positions;
  }

  /** From position to the asked values found there; null when nothing indexes the path. */
  private Map<Integer, List<Object>> lookUp(Condition condition) {
    if (condition.path.equals("_id") && idIndex != null) {
      Map<Integer, List<Object>> found = new HashMap<>();
      for (Object id : condition.values) {
        Integer position = idIndex.getPosition(new Document("_id", id));
        if (position != null) found.computeIfAbsent(position, p -> new ArrayList<>(1)).add(id);
      }
      return found;
    }
    for (PathIndex index : pathIndexes) {
      if (!index.path().equals(condition.path)) continue;
      Map<Integer, List<Object>> found = new HashMap<>();
      for (Object value : condition.values) {
        for (Integer position : index.positionsOf(value)) {
          found.computeIfAbsent(position, p -> new ArrayList<>(1)).add(value);
        }
      }
      return found;
    }
    return null;
  }

  /** `{$and: [{a}, {b}]}` as `{a, b}` where no key occurs twice. */
  private static Document flattened(Document filter) {
    if (!(filter.get("$and") instanceof List) || ((List<?>) filter.get("$and")).isEmpty()) return filter;
    Document flat = filter.clone();
    flat.remove("$and");
    for (Object part : (List<?>) filter.get("$and")) {
      if (!(part instanceof Document)) return filter;
      for (Map.Entry<String, Object> entry : ((Document) part).entrySet()) {
        if (flat.containsKey(entry.getKey())) return filter;
        flat.put(entry.getKey(), entry.getValue());
      }
    }
    return flat;
  }
}
