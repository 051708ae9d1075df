import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.rocketmq.common.TopicConfig;
import org.apache.rocketmq.tools.admin.DefaultMQAdminExt;

/**
 * Does with Apache's Java client what the named scenarios say, or all of them, and logs each action as a line of JSON.
 *
 * <pre>java -De2e.namesrv=127.0.0.1:9876 [-De2e.accessKey=K -De2e.secretKey=S] [-Dtls.enable=true -Dtls.test.mode.enable=true]
 *     [-De2e.until=FILE]
 *     [-Dcom.rocketmq.socks.proxy.config='{"0.0.0.0/0":{"addr":"127.0.0.1:1080"}}'] -cp … Driver [SCENARIO…]</pre>
 *
 * TLS and SOCKS (5.x only) are the client library's own properties.
 */
public final class Driver {
    interface Scenario { void run() throws Exception; }

    private static final Map<String, Scenario> scenarios = new LinkedHashMap<>();

    public static void main(String[] args) {
        scenarios.put("sync", Sending::sync);
        scenarios.put("async", Sending::async);
        scenarios.put("oneway", Sending::oneway);
        scenarios.put("batch", Sending::batch);
        scenarios.put("compressed", Sending::compressed);
        scenarios.put("transaction", Sending::transaction);
        scenarios.put("request", Sending::request);
        scenarios.put("orderly", Consuming::orderly);
        scenarios.put("pull", Consuming::pull);
        scenarios.put("retry", Consuming::retry);
        scenarios.put("admin", Consuming::admin);
        try {
            scenarios.put("pop", (Scenario) Class.forName("Pop").getDeclaredConstructor().newInstance());
        } catch (ReflectiveOperationException e) {
            // 4.x has no pop: the class is not compiled for it.
        }
        String[] names = args.length > 0 ? args : scenarios.keySet().toArray(new String[0]);
        scenarios.put("steady", Steady::run);  // only by its name, as it does not end by itself
        int exit = 0;
        for (String name : names)
            try {
                if (!scenarios.containsKey(name)) throw new IllegalArgumentException("no such scenario; there are " + scenarios.keySet());
                scenarios.get(name).run();
                Clients.shutdown();
                Log.line("done", "scenario", name);
            } catch (Throwable e) {
                e.printStackTrace();
                Log.line("failed", "scenario", name, "error", e.toString());
                exit = 1;
            }
        Runtime.getRuntime().halt(exit);
    }

    /** A topic with two queues, whose route the name server knows. Scenarios do not share topics. */
    static void createTopic(DefaultMQAdminExt admin, String name) throws Exception {
        admin.createAndUpdateTopicConfig(brokerAddress(admin), new TopicConfig(name, 2, 2, 6));
        Clients.await("the route of " + name, () -> {
            try {
                return !admin.examineTopicRouteInfo(name).getQueueDatas().isEmpty();
            } catch (Exception e) {
                return false;
            }
        });
    }

    static void createTopic(String name) throws Exception { createTopic(Clients.admin(), name); }

    static String brokerAddress(DefaultMQAdminExt admin) throws Exception {
        return admin.examineTopicRouteInfo("TBW102").getBrokerDatas().get(0).getBrokerAddrs().get(0L);
    }
}
