import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.PullStatus;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.MQVersion;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.tools.admin.DefaultMQAdminExt;

/** The ways to consume and to look at messages, beside the plain push consumer of {@link Sending}. */
final class Consuming {
    private Consuming() { }

    static void orderly() throws Exception {
        Driver.createTopic("E2E-orderly");
        DefaultMQProducer p = Clients.producer("pg-orderly");
        for (int i = 0; i < 6; i++) {
            Message m = Sending.message("E2E-orderly", "step-" + i, "step " + i);
            Log.sent("orderly", "pg-orderly", m, m.getBody(), p.send(m, (queues, msg, n) -> queues.get((Integer) n % queues.size()), i));
        }
        Clients.Listener listener = new Clients.Listener("orderly", "cg-orderly");
        DefaultMQPushConsumer c = Clients.consumer("cg-orderly", "E2E-orderly");
        c.registerMessageListener(listener.orderly());
        c.start();
        listener.await(6);
    }

    /** Reads each queue to its end in threes, and once beyond. */
    @SuppressWarnings("deprecation")
    static void pull() throws Exception {
        Driver.createTopic("E2E-pull");
        DefaultMQProducer p = Clients.producer("pg-pull");
        for (int i = 0; i < 10; i++) Sending.send(p, Sending.message("E2E-pull", "pull-" + i, "hello " + i), "sync");
        DefaultMQPullConsumer c = new DefaultMQPullConsumer("cg-pull", Clients.hook());
        Clients.configure(c, c::shutdown);
        c.registerMessageQueueListener("E2E-pull", null);
        c.start();
        for (MessageQueue q : new TreeSet<>(c.fetchSubscribeMessageQueues("E2E-pull"))) {
            PullResult r;
            long offset = 0;
            do {
                r = pull(c, q, offset);
                offset = r.getNextBeginOffset();
            } while (r.getPullStatus() == PullStatus.FOUND);
            pull(c, q, offset + 1000);
        }
    }

    @SuppressWarnings("deprecation")
    private static PullResult pull(DefaultMQPullConsumer c, MessageQueue q, long offset) throws Exception {
        PullResult r = c.pull(q, "*", offset, 3);
        Log.line("pull", "group", c.getConsumerGroup(), "queueId", q.getQueueId(), "queueOffset", offset, "status", r.getPullStatus());
        if (r.getPullStatus() == PullStatus.FOUND)
            for (MessageExt m : r.getMsgFoundList()) Log.received("pull", c.getConsumerGroup(), m);
        return r;
    }

    /** One message consumed at the second try, one given up after it, and read from the dead letter queue. */
    static void retry() throws Exception {
        DefaultMQAdminExt admin = Clients.admin();
        Driver.createTopic(admin, "E2E-retry");
        Clients.Listener listener = new Clients.Listener("push", "cg-retry");
        DefaultMQPushConsumer c = Clients.consumer("cg-retry", "E2E-retry");
        c.setMaxReconsumeTimes(1);
        c.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            listener.take(messages);
            context.setDelayLevelWhenNextConsume(1);
            MessageExt m = messages.get(0);
            if (m.getReconsumeTimes() == 1 && m.getKeys().equals("second try")) return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
            Log.line("back", "group", "cg-retry", "msgId", m.getMsgId());
            return ConsumeConcurrentlyStatus.RECONSUME_LATER;
        });
        c.start();
        DefaultMQProducer p = Clients.producer("pg-retry");
        for (String key : new String[] {"second try", "never"}) Sending.send(p, Sending.message("E2E-retry", key, key), "sync");

        String dead = "%DLQ%cg-retry";
        Clients.await("the dead letter queue", () -> {
            try {
                return !admin.examineTopicRouteInfo(dead).getQueueDatas().isEmpty();
            } catch (Exception e) {
                return false;
            }
        });
        Driver.createTopic(admin, dead);  // readable, which it is not by itself
        Sending.consume("push", "cg-dead", dead, 1);
    }

    static void admin() throws Exception {
        DefaultMQAdminExt admin = Clients.admin();
        Driver.createTopic(admin, "E2E-admin");
        DefaultMQProducer p = Clients.producer("pg-admin");
        Message m = Sending.message("E2E-admin", "findme", "a message to look for");
        SendResult r = p.send(m);
        Log.sent("sync", "pg-admin", m, m.getBody(), r);

        admin.examineTopicRouteInfo("E2E-admin");
        Log.call(105, "E2E-admin", Collections.emptyList());
        admin.examineBrokerClusterInfo();
        Log.call(106, null, Collections.emptyList());
        admin.maxOffset(r.getMessageQueue());
        Log.call(30, "E2E-admin", Collections.emptyList());
        Log.call(33, null, Collections.singletonList(admin.viewMessage("E2E-admin", r.getOffsetMsgId())));
        // Clients since 4.9.4 sign a field of this request that servers of 4.x do not look at: they refuse each other.
        if (Clients.hook() != null && MQVersion.CURRENT_VERSION < MQVersion.Version.V5_0_0.ordinal()) return;
        // The index is built after the send was answered: one that is not found is asked for again.
        List<MessageExt> found = new ArrayList<>();
        Clients.await("the index of keys", () -> {
            long now = System.currentTimeMillis();
            try {
                found.addAll(admin.queryMessage("E2E-admin", "findme", 10, now - 3_600_000, now + 3_600_000).getMessageList());
            } catch (Exception e) {
                // "query message by key finished, but no message."
            }
            Log.call(12, "E2E-admin", found);
            return !found.isEmpty();
        });
    }
}
