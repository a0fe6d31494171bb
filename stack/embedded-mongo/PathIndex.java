import de.bwaldvogel.mongo.backend.EmptyIndex;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.bson.BinData;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.bson.ObjectId;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * A multikey hash index on the first path of its key: from each plain value found there, through
 * arrays and sub-documents, to the positions of the documents that hold it. Absent values, nulls
 * and whole documents or arrays are not in it: what asks for those scans.
 *
 * <p>To the library it is an index that answers nothing; IndexedCollection keeps and asks it.
 */
final class PathIndex extends EmptyIndex<Integer> {

  private final String path;
  private final String[] fragments;
  private final Map<Object, Set<Integer>> positionsByValue = new HashMap<>();

  PathIndex(String name, List<IndexKey> keys) {
    super(name, keys);
    path = keys.get(0).getKey();
    fragments = path.split("\\.", -1);
  }

  String path() {
    return path;
  }

  static boolean isPlain(Object value) {
    return value instanceof String || value instanceof Number || value instanceof Boolean
        || value instanceof ObjectId || value instanceof Instant || value instanceof UUID
        || value instanceof BinData;
  }

  Set<Integer> positionsOf(Object value) {
    return positionsByValue.getOrDefault(hashable(value), Set.of());
  }

  void put(Document document, Integer position) {
    for (Object value : valuesIn(document)) enter(value, position);
  }

  void take(Document document, Integer position) {
    for (Object value : valuesIn(document)) leave(value, position);
  }

  void move(Document before, Document after, Integer position) {
    Set<Object> old = valuesIn(before);
    Set<Object> now = valuesIn(after);
    for (Object value : old) if (!now.contains(value)) leave(value, position);
    for (Object value : now) if (!old.contains(value)) enter(value, position);
  }

  private void enter(Object value, Integer position) {
    positionsByValue.computeIfAbsent(value, v -> new HashSet<>(2)).add(position);
  }

  private void leave(Object value, Integer position) {
    Set<Integer> positions = positionsByValue.get(value);
    if (positions == null) return;
    positions.remove(position);
    if (positions.isEmpty()) positionsByValue.remove(value);
  }

  private Set<Object> valuesIn(Document document) {
    Set<Object> values = new HashSet<>();
    collect(document, 0, values);
    return values;
  }

  /** Collects rather too much than too little: the whole filter judges every candidate again. */
  private void collect(Object value, int depth, Set<Object> values) {
    if (value instanceof Collection) {
      for (Object element : (Collection<?>) value) collect(element, depth, values);
      if (depth < fragments.length && value instanceof List) collectElement((List<?>) value, depth, values);
    } else if (depth == fragments.length) {
      if (isPlain(value)) values.add(hashable(value));
    } else if (value instanceof Document) {
      collect(((Document) value).get(fragments[depth]), depth + 1, values);
    }
  }

  /** A number in a path also means a place in an array. */
  private void collectElement(List<?> list, int depth, Set<Object> values) {
    String fragment = fragments[depth];
    if (fragment.isEmpty() || fragment.length() > 9 || !fragment.chars().allMatch(c -> c >= '0' && c <= '9')) return;
    int place = Integer.parseInt(fragment);
    if (place < list.size()) collect(list.get(place), depth + 1, values);
  }

  /** 1, 1L and 1.0 are one value. */
  private static Object hashable(Object value) {
    return value instanceof Number ? new KeyValue(value).normalized().get(0) : value;
  }
}
