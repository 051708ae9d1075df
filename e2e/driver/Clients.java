import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.apache.rocketmq.acl.common.AclClientRPCHook;
import org.apache.rocketmq.acl.common.SessionCredentials;
import org.apache.rocketmq.client.ClientConfig;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.ConsumeOrderlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.consumer.listener.MessageListenerOrderly;
import org.apache.rocketmq.client.consumer.rebalance.AllocateMessageQueueAveragely;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.remoting.RPCHook;
import org.apache.rocketmq.tools.admin.DefaultMQAdminExt;

/** Makes clients by the driver's system properties, and ends them all. */
final class Clients {
    static final String NAME_SERVER = System.getProperty("e2e.namesrv", "127.0.0.1:9876");
    private static final String ACCESS_KEY = System.getProperty("e2e.accessKey");
    private static final Deque<Runnable> open = new ArrayDeque<>();
    private static int instances;

    private Clients() { }

    static RPCHook hook() {
        return ACCESS_KEY == null ? null : new AclClientRPCHook(new SessionCredentials(ACCESS_KEY, System.getProperty("e2e.secretKey")));
    }

    /** Each client is an instance of its own: its connections, and its client id, are not shared. */
    static <T extends ClientConfig> T configure(T c, Runnable shutdown) {
        c.setNamesrvAddr(NAME_SERVER);
        c.setInstanceName("e2e-" + ++instances);
        c.setClientIP("127.0.0.1");
        c.setPersistConsumerOffsetInterval(1000);
        c.setPollNameServerInterval(1000);
        c.setClientCallbackExecutorThreads(2);
        c.setMqClientApiTimeout(15000);
        open.push(shutdown);
        return c;
    }

    /** No retries: what is sent is sent once. */
    static <T extends DefaultMQProducer> T producer(T p) throws Exception {
        configure(p, p::shutdown);
        p.setSendMsgTimeout(15000);
        p.setRetryTimesWhenSendFailed(0);
        p.setRetryTimesWhenSendAsyncFailed(0);
        p.start();
        return p;
    }

    static DefaultMQProducer producer(String group) throws Exception { return producer(new DefaultMQProducer(group, hook())); }

    static DefaultMQPushConsumer consumer(String group, String topic) throws Exception {
        DefaultMQPushConsumer c = new DefaultMQPushConsumer(group, hook(), new AllocateMessageQueueAveragely());
        configure(c, c::shutdown);
        c.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        c.setConsumeThreadMin(2);
        c.setConsumeThreadMax(2);
        c.subscribe(topic, "*");
        return c;
    }

    static DefaultMQAdminExt admin() throws Exception {
        DefaultMQAdminExt a = new DefaultMQAdminExt(hook(), 15000);
        configure(a, a::shutdown);
        a.start();
        return a;
    }

    static void shutdown() {
        while (!open.isEmpty()) open.pop().run();
    }

    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        for (long end = System.nanoTime() + 90_000_000_000L; !condition.getAsBoolean(); Thread.sleep(20))
            if (System.nanoTime() > end) throw new IllegalStateException("timed out waiting for " + what);
    }

    /** Logs what a consumer is given, and knows how many different messages that was. */
    static final class Listener {
        private final String how, group;
        private final Set<String> seen = ConcurrentHashMap.newKeySet();

        Listener(String how, String group) { this.how = how; this.group = group; }

        void take(Iterable<MessageExt> messages) {
            for (MessageExt m : messages)
                try {
                    Log.received(how, group, m);
                    seen.add(m.getQueueId() + " " + m.getQueueOffset());  // 5.3.3 stores a batch with one id for all messages
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
        }

        MessageListenerConcurrently concurrently() {
            return (messages, context) -> { take(messages); return ConsumeConcurrentlyStatus.CONSUME_SUCCESS; };
        }

        MessageListenerOrderly orderly() {
            return (messages, context) -> { take(messages); return ConsumeOrderlyStatus.SUCCESS; };
        }

        void await(int n) throws InterruptedException { Clients.await(n + " messages for " + group, () -> seen.size() >= n); }
    }
}
