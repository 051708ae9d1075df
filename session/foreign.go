package session

// maxForeign is how many bytes of another protocol are waited for, to name it.
const maxForeign = 8 << 10

// signature knows another protocol by the first bytes of one direction. look returns how many bytes the first unit has,
// and what is worth saying of it. final says that nothing will follow b.
type signature struct {
	name string
	dirs [2]bool // by Direction
	look func(b []byte, final bool) (n int, note string, v verdict)
}

var (
	fromClient = [2]bool{true, false}
	fromServer = [2]bool{false, true}
	fromEither = [2]bool{true, true}
)

// Signatures: of bytes that begin no frame, of bytes that begin like one, and those that are sure enough to be believed
// in the middle of a connection.
var (
	otherFirst = [...]signature{
		{"HTTP", fromClient, httpRequest},
		{"HTTP", fromServer, httpAnswer},
		{"SSH", fromEither, line("SSH-", "SSH banner: ")},
		{"VNC", fromEither, line("RFB 00", "VNC (remote desktop): ")},
		{"SMTP or FTP", fromServer, line("220 ", "SMTP or FTP banner: ")},
		{"SMTP", fromClient, line("EHLO ", "SMTP: ")},
		{"SMTP", fromClient, line("HELO ", "SMTP: ")},
		{"Redis", fromClient, redisCommand},
		{"Redis", fromClient, line("PING\r\n", "Redis: ")},
		{"Redis", fromClient, line("INFO\r\n", "Redis: ")},
		{"Redis", fromServer, line("+PONG\r\n", "Redis: ")},
		{"Redis", fromServer, line("-NOAUTH ", "Redis: ")},
		{"memcached", fromClient, line("stats\r\n", "memcached: ")},
		{"MySQL", fromServer, mysqlGreeting},
		{"MongoDB", fromClient, mongoQuery},
		{"RDP", fromClient, rdpRequest},
		{"SOCKS5", fromClient, socks5},
		{"MQTT", fromClient, mqttConnect},
		{"AMQP", fromClient, line("AMQP", "AMQP (RabbitMQ)")},
		{"Java RMI", fromClient, line("JRMI\x00\x02", "Java RMI")},
		{"JDWP", fromEither, line("JDWP-Handshake", "JDWP (Java debugger)")},
		{"Dubbo", fromEither, dubbo},
		{"empty lines", fromClient, line("\r\n\r\n", "empty lines: a scanner's probe")},
	}
	zeroFirst = [...]signature{
		{"SMB", fromEither, smb("\xFFSMB", "SMB 1 (Windows file sharing)")},
		{"SMB", fromEither, smb("\xFESMB", "SMB 2 or 3 (Windows file sharing)")},
		{"Kafka", fromClient, kafkaRequest},
		{"PostgreSQL", fromClient, postgres},
		{"DNS", fromClient, dnsVersion},
	}
	wholeLine = [...]signature{
		{"HTTP", fromClient, httpRequest},
		{"HTTP", fromServer, httpAnswer},
	}
)

// sniffForeign asks each signature in turn.
func sniffForeign(signatures []signature, b []byte, dir Direction, final bool) sighting {
	final = final || len(b) >= maxForeign
	b = b[:min(len(b), maxForeign)]
	wait := false
	for i := range signatures {
		s := &signatures[i]
		if !s.dirs[dir] {
			continue
		}
		switch n, note, v := s.look(b, final); v {
		case found:
			return sighting{kind: Garbage, n: n, from: n, note: note, more: s.name + ", more of it"}
		case undecided:
			wait = true
		}
	}
	return sighting{wait: wait && !final}
}
