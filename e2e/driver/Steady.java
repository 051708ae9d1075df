import java.io.File;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.remoting.exception.RemotingException;

/**
 * Sends and consumes while servers come and go, with the timeout and the retries that clients have by default, until the file
 * that e2e.until names is there. It has done its work when all that was acknowledged is consumed.
 */
final class Steady {
    private Steady() { }

    static void run() throws Exception {
        Driver.createTopic("E2E-steady");
        Clients.Listener listener = new Clients.Listener("push", "cg-steady");
        Set<String> sent = ConcurrentHashMap.newKeySet(), consumed = ConcurrentHashMap.newKeySet();
        DefaultMQPushConsumer c = Clients.consumer("cg-steady", "E2E-steady");
        c.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            listener.take(messages);
            for (MessageExt m : messages) consumed.add(m.getKeys());
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        c.start();
        DefaultMQProducer p = Clients.producer("pg-steady");
        p.setSendMsgTimeout(3000);
        p.setRetryTimesWhenSendFailed(2);
        File until = new File(System.getProperty("e2e.until"));
        for (int i = 0; !until.exists(); i++) {
            Message m = Sending.message("E2E-steady", "steady-" + i, "hello " + i);
            try {
                Sending.send(p, m, "steady");
                sent.add(m.getKeys());
            } catch (MQClientException | MQBrokerException | RemotingException e) {
                Log.line("unsent", "group", "pg-steady", "topic", m.getTopic(), "key", m.getKeys(), "error", e.toString());
            }
            Thread.sleep(100);
        }
        Clients.await("what was acknowledged", () -> consumed.containsAll(sent));
    }
}
