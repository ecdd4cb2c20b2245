import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Properties;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** Prices from a file, over HTTP and HTTPS; what was asked for is counted beside them. */
public class Pricing {
    public static void main(String[] args) throws Exception {
        Properties settings = new Properties();
        try (InputStream in = Files.newInputStream(Path.of(args[0]))) {
            settings.load(in);
        }
        Path prices = Path.of(settings.getProperty("prices.folder"));
        Path log = prices.resolve("asked.log");
        Files.writeString(log, "", java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.APPEND);
        int port = Integer.parseInt(settings.getProperty("server.port"));
        HttpServer plain = HttpServer.create(new InetSocketAddress(port), 0);
        char[] password = System.getenv("KEYSTORE_PASSWORD").toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(Path.of(settings.getProperty("server.ssl.key-store")))) {
            store.load(in, password);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        keys.init(store, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        HttpsServer secure = HttpsServer.create(new InetSocketAddress(port + 1), 0);
        secure.setHttpsConfigurator(new HttpsConfigurator(context));
        for (HttpServer server : List.of(plain, secure)) {
            server.createContext("/", exchange -> {
                List<String> lines = Files.readAllLines(prices.resolve("prices.csv"));
                String heap = Runtime.getRuntime().maxMemory() <= 70_000_000L ? "small" : "large";
                String text = lines.size() + " prices, " + System.getProperty("pricing.region") + ", " + heap + " heap\n"
                        + String.join("\n", lines) + "\n";
                byte[] body = text.getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "text/plain");
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            server.start();
        }
        System.out.println("pricing listens on " + port + " and " + (port + 1));
    }
}
