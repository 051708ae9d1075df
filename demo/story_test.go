package demo

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/mqsniff/mqsniff/decode"
)

// TestStoryThroughARelayIsComplete looks at every frame of the story, as it stood on the wire.
func TestStoryThroughARelayIsComplete(t *testing.T) {
	for _, s := range []decode.Serialization{decode.JSON, decode.ROCKETMQ} {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			const speed = 10
			cluster, err := NewCluster(ClusterOptions{Serialization: s, Haste: 20, TransactionTimeout: 100 * time.Millisecond, Trouble: StoryTrouble(7, speed)})
			if err != nil {
				t.Fatal(err)
			}
			defer cluster.Close()
			r := &relay{}
			if err := RunStory(t.Context(), cluster.NameServer(), StoryOptions{Seed: 1, Speed: speed, Rounds: 8, Serialization: s, Dial: r.dial}); err != nil {
				t.Fatal(err)
			}
			r.group.Wait()
			seen := map[string]int{}
			for _, talk := range r.talks {
				look(t, talk, s, seen)
			}
			if testing.Verbose() {
				t.Log(seen)
			}
			for _, want := range []string{
				"105 0", "105 17", "34 0", "35 0", "38 0", "14 0", "14 22", "11 0", "11 19", "310 0", "310 2", "310 17", "320 0", "36 0", "33 1", "9999 3",
				"oneway 310", "oneway 15", "oneway 37", "oneway 39", "oneway 40", "compressed", "delayed", "half", "retried", "committed", "tagged",
			} {
				if seen[want] == 0 {
					t.Errorf("the story has no %s; it has %v", want, seen)
				}
			}
		})
	}
}

// look counts what was said on a connection by code and status, and holds answers against requests.
func look(t *testing.T, talk *talk, s decode.Serialization, seen map[string]int) {
	t.Helper()
	asked := map[int32]int32{} // codes by opaque
	requests := talk.frames(t, 0)
	for _, c := range requests {
		if c.frame.Serialization != s {
			t.Errorf("%d is written in %s", c.Code, c.frame.Serialization)
		}
		note(t, c, c.Code, 0, seen)
		if !c.Oneway() {
			asked[c.Opaque] = c.Code
		}
	}
	for _, c := range talk.frames(t, 1) {
		if !c.Response() {
			note(t, c, c.Code, 0, seen)
			continue
		}
		code, ok := asked[c.Opaque]
		if !ok {
			t.Errorf("nobody asked for %+v", c.Command)
		}
		delete(asked, c.Opaque)
		seen[fmt.Sprint(code, c.Code)]++
		note(t, c, code, c.Code, seen)
	}
	// The end of the story gives up long polls, and what was asked last: only farewells follow.
	for i := len(requests) - 1; i >= 0; i-- {
		c := requests[i]
		_, open := asked[c.Opaque]
		if !open && !c.Oneway() && c.Code != decode.UnregisterClient {
			break
		}
		delete(asked, c.Opaque)
	}
	for _, code := range asked {
		if code != decode.PullMessage {
			t.Errorf("%s: nobody answered %d", talk.address, code)
		}
	}
}

func note(t *testing.T, c *command, code, status int32, seen map[string]int) {
	t.Helper()
	if c.Oneway() {
		seen[fmt.Sprint("oneway ", c.Code)]++
	}
	ctx := decode.Context{Code: code, Known: true}
	it := decode.MessagesOf(ctx, status, &c.Command, c.frame)
	var m decode.Message
	for it.Next(&m) {
		p := propertiesOf(m.Properties)
		for name, is := range map[string]bool{
			"compressed": m.Compression() == "zlib", "delayed": p.get(propDelay) != "" && !m.Stored, "half": m.SysFlag&decode.SysFlagTransactionMask == 4,
			"retried": m.Stored && m.ReconsumeTimes > 0, "committed": m.Stored && m.SysFlag&decode.SysFlagTransactionMask == 8, "tagged": p.get(propTags) != "",
		} {
			if is {
				seen[name]++
			}
		}
		if m.CRCMismatch() {
			t.Errorf("%s has a wrong checksum", m.OffsetMsgID())
		}
		if _, ok := decode.ParseUniqKey(m.UniqKey()); !ok {
			t.Errorf("%s has no message id: %q", m.Topic, m.Properties)
		}
		var in decode.Inflater
		if _, used, err := in.Inflate(nil, m.SysFlag, m.Body); err != nil || used != decode.CodecOf(m.SysFlag) {
			t.Errorf("body of %s: %v", m.Topic, err)
		}
	}
	if err := it.Err(); err != nil {
		t.Errorf("%d: %v", code, err)
	}
	if again, err := decode.EncodeCommand(nil, c.frame.Serialization, ptr(decode.SpecOf(&c.Command)), c.frame.Body); err != nil || !slices.Equal(again, c.frame.Raw) {
		t.Errorf("written again it is %q, was %q (%v)", again, c.frame.Raw, err)
	}
}

func ptr[T any](v T) *T { return &v }

// TestStoryNeedsANameServer wants one clear line.
func TestStoryNeedsANameServer(t *testing.T) {
	err := RunStory(context.Background(), "127.0.0.1:1", StoryOptions{})
	if err == nil {
		t.Fatal("no error")
	}
	t.Log(err)
}
