import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageClientExt;
import org.apache.rocketmq.common.message.MessageClientIDSetter;
import org.apache.rocketmq.common.message.MessageExt;

/** What the driver did and saw: one JSON object a line on standard output. */
final class Log {
    private Log() { }

    /** Values are texts, numbers, lists of texts, or null: then the key is left out. */
    static synchronized void line(String action, Object... keysAndValues) {
        StringBuilder b = new StringBuilder("{\"action\":").append(json(action));
        for (int i = 0; i < keysAndValues.length; i += 2)
            if (keysAndValues[i + 1] != null) b.append(',').append(json(keysAndValues[i])).append(':').append(json(keysAndValues[i + 1]));
        System.out.println(b.append('}'));
        System.out.flush();
    }

    /** A message that was sent. r is null where the client gets no result. */
    static void sent(String how, String group, Message m, byte[] body, SendResult r) throws Exception {
        String id = MessageClientIDSetter.getUniqID(m);
        if (r == null) {
            line("send", "how", how, "group", group, "topic", m.getTopic(), "key", m.getKeys(), "msgId", id,
                "bodyLen", body.length, "sha256", sha256(body));
            return;
        }
        line("send", "how", how, "group", group, "topic", m.getTopic(), "key", m.getKeys(), "msgId", r.getMsgId(),
            "offsetMsgId", r.getOffsetMsgId(), "queueId", r.getMessageQueue().getQueueId(), "queueOffset", r.getQueueOffset(),
            "status", r.getSendStatus(), "bodyLen", body.length, "sha256", sha256(body));
    }

    /** The messages of a batch: ids come joined by commas, and the offset is that of the first. */
    static void sentBatch(String group, List<Message> batch, SendResult r) throws Exception {
        String[] ids = r.getMsgId().split(","), offsetIds = r.getOffsetMsgId().split(",");
        for (int i = 0; i < ids.length; i++) {
            Message m = batch.get(i);
            line("send", "how", "batch", "group", group, "topic", m.getTopic(), "key", m.getKeys(), "msgId", ids[i],
                "offsetMsgId", offsetIds[i], "queueId", r.getMessageQueue().getQueueId(), "queueOffset", r.getQueueOffset() + i,
                "status", r.getSendStatus(), "bodyLen", m.getBody().length, "sha256", sha256(m.getBody()));
        }
    }

    /** A message that came from a broker, by the topic it was stored under: consumers see retried ones under their first topic. */
    static void received(String how, String group, MessageExt m) throws Exception {
        boolean retried = m.getReconsumeTimes() > 0 && !m.getTopic().startsWith("%");
        line("receive", "how", how, "group", group, "topic", retried ? "%RETRY%" + group : m.getTopic(), "key", m.getKeys(),
            "msgId", m.getMsgId(), "offsetMsgId", m instanceof MessageClientExt ? ((MessageClientExt) m).getOffsetMsgId() : null,
            "queueId", m.getQueueId(), "queueOffset", m.getQueueOffset(), "reconsumeTimes", m.getReconsumeTimes(),
            "bodyLen", m.getBody().length, "sha256", sha256(m.getBody()));
    }

    /** A call of an operation whose answer holds these messages. */
    static void call(int code, String topic, List<MessageExt> messages) {
        List<String> ids = new ArrayList<>();
        for (MessageExt m : messages) ids.add(m.getMsgId());
        line("call", "code", code, "topic", topic, "msgIds", ids);
    }

    static String sha256(byte[] b) throws Exception {
        StringBuilder s = new StringBuilder();
        for (byte x : MessageDigest.getInstance("SHA-256").digest(b)) s.append(String.format("%02x", x));
        return s.toString();
    }

    private static String json(Object v) {
        if (v instanceof Number) return v.toString();
        if (v instanceof List) {
            List<String> parts = new ArrayList<>();
            for (Object x : (List<?>) v) parts.add(json(x));
            return "[" + String.join(",", parts) + "]";
        }
        StringBuilder b = new StringBuilder("\"");
        for (char c : v.toString().toCharArray())
            if (c == '"' || c == '\\') b.append('\\').append(c);
            else if (c < ' ') b.append(String.format("\\u%04x", (int) c));
            else b.append(c);
        return b.append('"').toString();
    }
}
