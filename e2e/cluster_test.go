//go:build linux

package e2e

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The credentials of a cluster with ACL: a user that may do everything.
const (
	accessKey = "e2eadmin"
	secretKey = "e2eadmin123"
)

// options say what a cluster is like. Ports that are 0 are RocketMQ's own.
type options struct {
	version        string // one of versions
	nameServerPort int    // default 9876
	brokerPort     int    // default 10911; the broker also takes the port two below (VIP) and the one above (HA)
	slave          bool   // also a slave broker, 100 ports above
	tls            bool   // servers speak TLS only, also among themselves
	acl            bool   // ACL 1.0 on 4.x, 2.0 on 5.x, with accessKey and secretKey
	advertise      string // IP address that brokers say they have, default 127.0.0.1, where they listen whatever they say
	broker         map[string]string
}

// cluster is a name server and a broker, both on 127.0.0.1.
type cluster struct {
	options
	nameServer, brokerAddr string
	dir                    string              // of the installation and of all data
	lib                    string              // its jars
	servers                map[string]*process // by role
}

// startCluster starts the servers, waits until they serve, and stops them when the test ends.
func startCluster(t *testing.T, o options) *cluster {
	t.Helper()
	dir := workshop(t)
	if o.nameServerPort == 0 {
		o.nameServerPort = 9876
	}
	if o.brokerPort == 0 {
		o.brokerPort = 10911
	}
	o.advertise = cmp.Or(o.advertise, "127.0.0.1")
	c := &cluster{options: o, dir: t.TempDir(), lib: filepath.Join(dir, o.version, "lib"),
		nameServer: fmt.Sprint("127.0.0.1:", o.nameServerPort), brokerAddr: fmt.Sprint("127.0.0.1:", o.brokerPort), servers: map[string]*process{}}
	if err := os.Mkdir(filepath.Join(c.dir, "conf"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, role := range []string{"namesrv", "broker", "tools"} { // 4.x does not start without
		c.write(t, "conf/logback_"+role+".xml", `<configuration><root level="OFF"/></configuration>`)
	}
	c.startNameServer(t)
	c.startBroker(t, "broker", 0, o.brokerPort)
	if o.slave {
		c.startBroker(t, "slave", 1, o.brokerPort+100)
	}
	return c
}

func (c *cluster) path(name string) string { return filepath.Join(c.dir, name) }

func (c *cluster) startNameServer(t *testing.T) {
	t.Helper()
	c.serve(t, "namesrv", "org.apache.rocketmq.namesrv.NamesrvStartup", map[string]string{
		"listenPort": fmt.Sprint(c.nameServerPort), "bindAddress": "127.0.0.1", "rocketmqHome": c.dir,
		"kvConfigPath": c.path("kv.json"), "configStorePath": c.path("namesrv.properties"),
	})
}

// stop ends a server: namesrv, broker or slave. SIGTERM lets it say goodbye, SIGKILL does not.
func (c *cluster) stop(role string, how syscall.Signal) {
	p := c.servers[role]
	p.cmd.Process.Signal(how)
	<-p.ended
}

func (c *cluster) startBroker(t *testing.T, role string, id, port int) {
	t.Helper()
	p := map[string]string{
		"brokerClusterName": "DefaultCluster", "brokerName": "broker-a", "brokerId": fmt.Sprint(id), "namesrvAddr": c.nameServer,
		"brokerRole": map[int]string{0: "ASYNC_MASTER", 1: "SLAVE"}[id], "flushDiskType": "ASYNC_FLUSH",
		"brokerIP1": c.advertise, "brokerIP2": "127.0.0.1", "bindAddress": "127.0.0.1",
		"listenPort": fmt.Sprint(port), "haListenPort": fmt.Sprint(port + 1),
		"storePathRootDir": c.path("store-" + role), "storePathCommitLog": c.path("store-" + role + "/commitlog"),
		// Small files, quick start; 4.x spells mapped with one p.
		"mapedFileSizeCommitLog": "16777216", "mappedFileSizeCommitLog": "16777216",
		"mapedFileSizeConsumeQueue": "40000", "mappedFileSizeConsumeQueue": "40000",
		"mappedFileSizeTimerLog": "1048576", "maxHashSlotNum": "5000", "maxIndexNum": "20000", "diskMaxUsedSpaceRatio": "99",
		"autoCreateTopicEnable": "true", "autoCreateSubscriptionGroup": "true",
		// Half messages are asked about after 1.5 s, and the first delay level is a second.
		"transactionTimeOut": "1500", "transactionCheckInterval": "2000", "transactionOpBatchInterval": "100",
		"messageDelayLevel": "1s 2s 3s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h",
	}
	if c.acl {
		c.addACL(t, role, p)
	}
	maps.Copy(p, c.broker)
	c.serve(t, role, "org.apache.rocketmq.broker.BrokerStartup", p)
	c.registered(t, port)
}

// registered waits until the name server knows a broker: one says that it has started although its registration timed out.
func (c *cluster) registered(t *testing.T, port int) {
	t.Helper()
	address := fmt.Sprint(c.advertise, ":", port)
	for deadline := time.Now().Add(patience); !strings.Contains(c.askNameServer(), address); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the name server does not know %s", address)
		}
	}
}

// askNameServer returns the answer to GET_BROKER_CLUSTER_INFO, or nothing.
func (c *cluster) askNameServer() string {
	dial := net.Dial
	if c.tls {
		dial = func(network, address string) (net.Conn, error) {
			return tls.Dial(network, address, &tls.Config{InsecureSkipVerify: true})
		}
	}
	conn, err := dial("tcp", c.nameServer)
	if err != nil {
		return ""
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	header := fmt.Sprintf(`{"code":%d,"flag":0,"language":"OTHER","opaque":1,"version":0}`, getClusterInfo)
	frame := binary.BigEndian.AppendUint32(nil, uint32(4+len(header)))
	frame = binary.BigEndian.AppendUint32(frame, uint32(len(header)))
	if _, err := conn.Write(append(frame, header...)); err != nil {
		return ""
	}
	var length uint32
	if err := binary.Read(conn, binary.BigEndian, &length); err != nil || length > 1<<20 {
		return ""
	}
	answer := make([]byte, length)
	if _, err := io.ReadFull(conn, answer); err != nil {
		return ""
	}
	return string(answer)
}

func (c *cluster) addACL(t *testing.T, role string, p map[string]string) {
	t.Helper()
	if strings.HasPrefix(c.version, "4.") {
		p["aclEnable"] = "true"
		c.write(t, "conf/plain_acl.yml", "accounts:\n- accessKey: "+accessKey+"\n  secretKey: "+secretKey+"\n  admin: true\n")
		return
	}
	const auth = "org.apache.rocketmq.auth."
	maps.Copy(p, map[string]string{
		"authenticationEnabled": "true", "authorizationEnabled": "true", "authConfigPath": c.path("auth-" + role),
		"authenticationProvider":               auth + "authentication.provider.DefaultAuthenticationProvider",
		"authenticationMetadataProvider":       auth + "authentication.provider.LocalAuthenticationMetadataProvider",
		"authorizationProvider":                auth + "authorization.provider.DefaultAuthorizationProvider",
		"authorizationMetadataProvider":        auth + "authorization.provider.LocalAuthorizationMetadataProvider",
		"initAuthenticationUser":               fmt.Sprintf(`{"username":%q,"password":%q}`, accessKey, secretKey),
		"innerClientAuthenticationCredentials": fmt.Sprintf(`{"accessKey":%q,"secretKey":%q}`, accessKey, secretKey),
	})
}

// serve starts a server and waits until it serves.
func (c *cluster) serve(t *testing.T, role, class string, properties map[string]string) {
	t.Helper()
	var text strings.Builder
	for _, k := range slices.Sorted(maps.Keys(properties)) {
		fmt.Fprintf(&text, "%s=%s\n", k, properties[k])
	}
	config := c.write(t, "conf/"+role+".properties", text.String())
	args := []string{"-Xms256m", "-Xmx256m", "-XX:MaxDirectMemorySize=256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
		"-Djava.net.preferIPv4Stack=true", "-Duser.home=" + c.dir}
	for _, opened := range []string{"java.nio", "sun.nio.ch", "jdk.internal.ref"} { // 4.x unmaps files by force, when it recovers after a crash
		args = append(args, "--add-opens=java.base/"+opened+"=ALL-UNNAMED")
	}
	if c.tls {
		args = append(args, "-Dtls.server.mode=enforcing", "-Dtls.enable=true", "-Dtls.config.file="+c.writeTLS(t))
	}
	args = append(args, "-cp", c.lib+"/*", class, "-c", config)
	server := start(t, c.dir, []string{"ROCKETMQ_HOME=" + c.dir}, "java", args...)
	server.says(server.stdout, "boot success")
	c.servers[role] = server
}

// writeTLS makes a self-signed certificate and the properties that name it.
func (c *cluster) writeTLS(t *testing.T) string {
	t.Helper()
	config := c.path("conf/tls.properties")
	if _, err := os.Stat(config); err == nil {
		return config
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mqsniff e2e"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), DNSNames: []string{"localhost"}}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	keyFile := c.write(t, "conf/server.key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})))
	certFile := c.write(t, "conf/server.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})))
	return c.write(t, "conf/tls.properties", "tls.test.mode.enable=false\ntls.server.need.client.auth=none\n"+
		"tls.server.authClient=false\ntls.client.authServer=false\ntls.server.keyPath="+keyFile+"\ntls.server.certPath="+certFile+"\n")
}

func (c *cluster) write(t *testing.T, name, content string) string {
	t.Helper()
	path := c.path(name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
