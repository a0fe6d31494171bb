import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * One clause of a filter that an index can answer: the value at a path equals one of some plain
 * values. `operator` is "$in" or "$eq" within a document of operators, or null for a bare value.
 */
final class Condition {

  final String path;
  final Collection<?> values;
  private final String key;
  private final String operator;
  private final Object clause;

  private Condition(String path, Collection<?> values, String key, String operator, Object clause) {
    this.path = path;
    this.values = values;
    this.key = key;
    this.operator = operator;
    this.clause = clause;
  }

  static List<Condition> of(Document filter) {
    List<Condition> conditions = new ArrayList<>();
    for (Map.Entry<String, Object> entry : filter.entrySet()) {
      if (entry.getKey().startsWith("$")) continue;
      addCondition(conditions, entry.getKey(), entry.getKey(), entry.getValue());
      addElementConditions(conditions, entry.getKey(), entry.getValue());
    }
    return conditions;
  }

  private static void addCondition(List<Condition> conditions, String path, String key, Object clause) {
    if (PathIndex.isPlain(clause)) {
      conditions.add(new Condition(path, List.of(clause), key, null, clause));
    } else if (clause instanceof Document) {
      Document operators = (Document) clause;
      Object wanted = operators.get("$in");
      if (PathIndex.isPlain(operators.get("$eq"))) {
        conditions.add(new Condition(path, List.of(operators.get("$eq")), key, "$eq", clause));
      } else if (wanted instanceof Collection && ((Collection<?>) wanted).stream().allMatch(PathIndex::isPlain)) {
        conditions.add(new Condition(path, (Collection<?>) wanted, key, "$in", clause));
      }
    }
  }

  /** `lines: {$elemMatch: {product: 'p'}}` asks for `lines.product` among other things. */
  private static void addElementConditions(List<Condition> conditions, String key, Object clause) {
    if (!(clause instanceof Document) || !(((Document) clause).get("$elemMatch") instanceof Document)) return;
    Document inner = (Document) ((Document) clause).get("$elemMatch");
    for (Map.Entry<String, Object> entry : inner.entrySet()) {
      if (entry.getKey().startsWith("$")) continue;
      addCondition(conditions, key + "." + entry.getKey(), null, entry.getValue());
    }
  }

  /**
   * The filter with a long $in reduced to the values by which the index found the document: it
   * judges that document as the whole filter does, without walking the long list.
   */
  Document narrowed(Document filter, List<Object> found) {
    if (key == null || !"$in".equals(operator)) return filter;
    Document operators = ((Document) clause).clone();
    operators.put("$in", found);
    Document narrowed = filter.clone();
    narrowed.put(key, operators);
    return narrowed;
  }
}
