// Package capture turns packets, of capture files and of network interfaces, into TCP byte streams.
//
//	path ─> input ─> pcapfile.Reader ─> decode ─> tcp.Tracker ─> tcp.Stream (a session's connection)
//	        (file, pipe, growing file,    (link layer,
//	         decompressed, spooled)        IP, TCP header)
//
// Files also reads the bytes of an event again, from the place that its session.Ref names.
//
// Why header decoding is not gopacket's (TestGopacketRefuses shows it): layers.TCP and layers.IPv4 refuse a packet for its
// options and with it the payload; layers.IPv6 refuses a payload length of 0, and layers.IPv4 counts modulo 65536 where the
// total length is 0 (both come from segmentation offload); layers.LinuxSLL panics on a short packet; layers.LinkType has 8
// bits, and LINUX_SLL2 is 276. With the time stamp option that most segments have it also takes more than twice as long
// (BenchmarkDecode). The tests use gopacket as the second opinion: they write with it what is read here.
package capture
