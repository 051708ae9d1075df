// Package demo is a RocketMQ cluster in memory, and an application that uses it.
//
//	Cluster ─ name server ─┐ route, cluster, KV configuration
//	          brokers ─────┤ store (bounded), topics, groups, offsets, long polls, retries, transactions
//	                       └ peer: one end of a connection ┐
//	RunStory ─ Producer, Consumer ── peer ─────────────────┘
//
// Frames are written by decode's encoder, and the servers answer as Apache's 5.3.3 do: its Java clients, and those of 4.9, send to
// and consume from a Cluster. Nothing is kept on disk, nothing is replicated, and who connects is not asked for credentials: a
// Cluster is for looking at traffic, and for tests.
package demo
