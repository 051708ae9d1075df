// Package pcapfile reads and writes capture files: reads pcap and pcapng, plain or compressed, one record after the other, and says where in
// the file each packet stands.
//
//	io.Reader ─> Decompress ─> Reader ─┬─ pcap.go     classic libpcap records
//	                                   └─ pcapng.go   blocks, sections, interfaces
//
// Everything in a file is hostile: no length allocates before the bytes are there, and damage is an *Error that names the
// place. Formats: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-05.html and draft-ietf-opsawg-pcapng.
package pcapfile
