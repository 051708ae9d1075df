import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.MessageRequestMode;
import org.apache.rocketmq.tools.admin.DefaultMQAdminExt;

/** A push consumer whose group pops: each message is acknowledged. */
final class Pop implements Driver.Scenario {
    @Override public void run() throws Exception {
        DefaultMQAdminExt admin = Clients.admin();
        Driver.createTopic(admin, "E2E-pop");
        admin.setMessageRequestMode(Driver.brokerAddress(admin), "E2E-pop", "cg-pop", MessageRequestMode.POP, 8, 3000);
        DefaultMQProducer p = Clients.producer("pg-pop");
        for (int i = 0; i < 10; i++) Sending.send(p, Sending.message("E2E-pop", "pop-" + i, "hello " + i), "sync");
        Clients.Listener listener = new Clients.Listener("pop", "cg-pop");
        DefaultMQPushConsumer c = Clients.consumer("cg-pop", "E2E-pop");
        c.setClientRebalance(false);
        c.registerMessageListener(listener.concurrently());
        c.start();
        listener.await(10);
        Thread.sleep(500);  // acknowledgements are sent after the listener returns, and nothing says when
    }
}
