import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.LocalTransactionState;
import org.apache.rocketmq.client.producer.RequestCallback;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.TransactionListener;
import org.apache.rocketmq.client.producer.TransactionMQProducer;
import org.apache.rocketmq.client.utils.MessageUtil;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageClientIDSetter;
import org.apache.rocketmq.common.message.MessageExt;

/** The ways to send; what was sent is consumed. */
final class Sending {
    private Sending() { }

    static Message message(String topic, String key, String body) {
        return new Message(topic, "TagA", key, body.getBytes(StandardCharsets.UTF_8));
    }

    static void send(DefaultMQProducer p, Message m, String how) throws Exception {
        byte[] body = m.getBody();  // the client replaces a body that it compresses
        Log.sent(how, p.getProducerGroup(), m, body, p.send(m));
    }

    static void consume(String how, String group, String topic, int n) throws Exception {
        Clients.Listener listener = new Clients.Listener(how, group);
        DefaultMQPushConsumer c = Clients.consumer(group, topic);
        c.registerMessageListener(listener.concurrently());
        c.start();
        listener.await(n);
    }

    static void sync() throws Exception {
        Driver.createTopic("E2E-sync");
        DefaultMQProducer p = Clients.producer("pg-sync");
        for (int i = 0; i < 10; i++) send(p, message("E2E-sync", "订单-" + i, "hello " + i), "sync");
        consume("push", "cg-sync", "E2E-sync", 10);
    }

    static void async() throws Exception {
        Driver.createTopic("E2E-async");
        DefaultMQProducer p = Clients.producer("pg-async");
        CountDownLatch left = new CountDownLatch(10);
        AtomicReference<Throwable> error = new AtomicReference<>();
        for (int i = 0; i < 10; i++) {
            Message m = message("E2E-async", "async-" + i, "hello " + i);
            p.send(m, new SendCallback() {
                @Override public void onSuccess(SendResult r) {
                    try {
                        Log.sent("async", "pg-async", m, m.getBody(), r);
                    } catch (Exception e) {
                        error.set(e);
                    }
                    left.countDown();
                }
                @Override public void onException(Throwable e) {
                    error.set(e);
                    left.countDown();
                }
            });
        }
        left.await();
        if (error.get() != null) throw new IllegalStateException(error.get());
        consume("push", "cg-async", "E2E-async", 10);
    }

    static void oneway() throws Exception {
        Driver.createTopic("E2E-oneway");
        DefaultMQProducer p = Clients.producer("pg-oneway");
        for (int i = 0; i < 10; i++) {
            Message m = message("E2E-oneway", "oneway-" + i, "hello " + i);
            p.sendOneway(m);
            Log.sent("oneway", "pg-oneway", m, m.getBody(), null);
        }
        consume("push", "cg-oneway", "E2E-oneway", 10);
    }

    static void batch() throws Exception {
        Driver.createTopic("E2E-batch");
        DefaultMQProducer p = Clients.producer("pg-batch");
        for (int n = 1; n <= 5; n += 2) {
            List<Message> batch = new ArrayList<>();
            for (int i = 0; i < n; i++) batch.add(message("E2E-batch", "batch-" + n + "-" + i, "element " + i));
            Log.sentBatch("pg-batch", batch, p.send(batch));
        }
        consume("push", "cg-batch", "E2E-batch", 9);
    }

    static void compressed() throws Exception {
        Driver.createTopic("E2E-compressed");
        int n = 0;
        for (String type : new String[] {"ZLIB", "LZ4", "ZSTD"}) {  // 4.9.7 has zlib only, and does not look at the property
            System.setProperty("rocketmq.message.compressType", type);
            DefaultMQProducer p = Clients.producer("pg-compressed-" + type);
            for (int size : new int[] {100, 4095, 4096, 5000, 300_000}) {
                String body = String.join("", Collections.nCopies(size / 10 + 1, type + " " + size + " bytes, ")).substring(0, size);
                send(p, message("E2E-compressed", type + "-" + size, body), "compressed");
                n++;
            }
        }
        consume("push", "cg-compressed", "E2E-compressed", n);
    }

    /** One half message committed, one rolled back, and one that the broker has to ask about, and that is committed then. */
    static void transaction() throws Exception {
        Driver.createTopic("E2E-transaction");
        TransactionMQProducer p = new TransactionMQProducer("pg-transaction", Clients.hook());
        p.setTransactionListener(new TransactionListener() {
            @Override public LocalTransactionState executeLocalTransaction(Message m, Object arg) {
                return end(MessageClientIDSetter.getUniqID(m), m.getKeys().equals("commit") ? LocalTransactionState.COMMIT_MESSAGE
                    : m.getKeys().equals("rollback") ? LocalTransactionState.ROLLBACK_MESSAGE : LocalTransactionState.UNKNOW);
            }
            @Override public LocalTransactionState checkLocalTransaction(MessageExt m) {
                String id = MessageClientIDSetter.getUniqID(m);
                Log.line("check", "group", "pg-transaction", "key", m.getKeys(), "msgId", id);
                return end(id, LocalTransactionState.COMMIT_MESSAGE);
            }
            private LocalTransactionState end(String id, LocalTransactionState s) {
                Log.line("end", "group", "pg-transaction", "msgId", id, "state", s);
                return s;
            }
        });
        Clients.producer(p);
        for (String key : new String[] {"commit", "rollback", "unknown"}) {
            Message m = message("E2E-transaction", key, "transaction " + key);
            Log.sent("transaction", "pg-transaction", m, m.getBody(), p.sendMessageInTransaction(m, null));
        }
        consume("push", "cg-transaction", "E2E-transaction", 2);
    }

    /** Three requests, each answered by a consumer. */
    static void request() throws Exception {
        Driver.createTopic("E2E-request");
        DefaultMQProducer replier = Clients.producer("pg-replier");
        CountDownLatch left = new CountDownLatch(6);  // three replies sent, three received
        AtomicReference<Throwable> error = new AtomicReference<>();
        Clients.Listener listener = new Clients.Listener("push", "cg-replier");
        DefaultMQPushConsumer c = Clients.consumer("cg-replier", "E2E-request");
        c.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            listener.take(messages);
            for (MessageExt m : messages)
                try {
                    Message reply = MessageUtil.createReplyMessage(m, ("answer to " + new String(m.getBody())).getBytes(StandardCharsets.UTF_8));
                    send(replier, reply, "reply");
                    left.countDown();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        c.start();
        DefaultMQProducer p = Clients.producer("pg-request");
        for (int i = 0; i < 3; i++) {
            Message m = message("E2E-request", "request-" + i, "question " + i);
            // By callback: request() of the 5.3.3 client fails at once although the answer arrives.
            p.request(m, new RequestCallback() {
                @Override public void onSuccess(Message answer) {
                    Log.line("answered", "group", "pg-request", "msgId", MessageClientIDSetter.getUniqID(m), "body", new String(answer.getBody(), StandardCharsets.UTF_8));
                    left.countDown();
                }
                @Override public void onException(Throwable e) {
                    error.set(e);
                    while (left.getCount() > 0) left.countDown();
                }
            }, 60_000);
            Log.sent("request", "pg-request", m, m.getBody(), null);
        }
        left.await();
        if (error.get() != null) throw new IllegalStateException(error.get());
    }
}
