import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import java.util.List;

/**
 * A stand-in for mongod, in memory: mongo-java-server, told to speak a wire version that current
 * drivers accept, with real secondary indexes and consistent reads added.
 * Arguments: the port on 127.0.0.1. Prints "ready" when it listens.
 */
public final class EmbeddedMongo {

  private static final int WIRE_VERSION_MONGODB_5 = 13;

  public static void main(String[] args) {
    IndexedBackend backend = new IndexedBackend();
    backend.version(new MongoVersion() {
      public List<Integer> getVersionArray() {
        return List.of(5, 0, 0);
      }

      public int getWireVersion() {
        return WIRE_VERSION_MONGODB_5;
      }
    });
    new MongoServer(backend).bind("127.0.0.1", Integer.parseInt(args[0]));
    System.out.println("ready");
  }
}
