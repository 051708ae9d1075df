package control

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
)

// Client asks a Server. It may be used from any goroutine.
type Client struct {
	address string
	base    string
	http    *http.Client
}

// NewClient returns a Client for an address as ParseAddress reads it. It does not connect yet.
func NewClient(address string) (*Client, error) {
	network, at, err := ParseAddress(address)
	if err != nil {
		return nil, err
	}
	c := &Client{address: at, base: "http://localhost"}
	if network == "tcp" {
		c.base = "http://" + at
	}
	c.http = &http.Client{Transport: &http.Transport{
		Proxy: nil, // an HTTP proxy of the environment is not between us
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, at)
		},
	}}
	return c, nil
}

// Close gives up what is kept open.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// maxAnswer bounds an answer, in bytes: 20 000 connections have 8 MB.
const maxAnswer = 64 << 20

// Get asks for a path. The answer is returned as it came.
func (c *Client) Get(ctx context.Context, path string) ([]byte, error) {
	return c.ask(ctx, http.MethodGet, path, nil)
}

// Reset resets the connection with a number.
func (c *Client) Reset(ctx context.Context, number uint64) ([]byte, error) {
	return c.ask(ctx, http.MethodPost, fmt.Sprintf("/connections/%d", number), nil)
}

// Record sends an action to the Recorder: start with the absolute path of a file, stop or rotate.
func (c *Client) Record(ctx context.Context, action, file string) ([]byte, error) {
	body, err := json.Marshal(recordRequest{action, file})
	if err != nil {
		return nil, err
	}
	return c.ask(ctx, http.MethodPost, "/record", body)
}

func (c *Client) ask(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	r, err := c.send(ctx, method, path, body)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	b, err := io.ReadAll(io.LimitReader(r.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, c.broken(ctx, err)
	case len(b) > maxAnswer:
		return nil, fmt.Errorf("%s answers more than %d bytes to %s: is it mqsniff?", c.address, maxAnswer, path)
	}
	return b, nil
}

// send returns an answer of 200; anything else is an error.
func (c *Client) send(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r, err := c.http.Do(req)
	if err != nil {
		return nil, c.broken(ctx, err)
	}
	if r.StatusCode == http.StatusOK {
		return r, nil
	}
	defer r.Body.Close()
	var f failure
	b, _ := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if json.Unmarshal(b, &f) != nil || f.Error == "" {
		return nil, fmt.Errorf("%s answers %s to %s: is it mqsniff?", c.address, r.Status, path)
	}
	return nil, errors.New(f.Error)
}

// broken is what is said when there is no answer.
func (c *Client) broken(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return fmt.Errorf("%s does not answer: %w: does the proxy run?", c.address, err)
}

// Events calls line with each line of the stream of events that match an expression, "" for all, its newline included;
// it is borrowed for the call. It returns nil when the proxy ends. ready, if it is not nil, is called when nothing is
// missed from then on.
func (c *Client) Events(ctx context.Context, expr string, ready func(), line func([]byte) error) error {
	path := "/events"
	if expr != "" {
		path += "?" + url.Values{"f": {expr}}.Encode()
	}
	r, err := c.send(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	if ready != nil {
		ready()
	}
	lines := bufio.NewReaderSize(r.Body, 64<<10)
	var long []byte // the line, where it is longer than the reader's buffer
	for {
		part, err := lines.ReadSlice('\n')
		if len(long) > 0 || errors.Is(err, bufio.ErrBufferFull) {
			if long = append(long, part...); len(long) > maxWaiting+1 {
				return fmt.Errorf("%s sends a line of more than %d bytes: is it mqsniff?", c.address, maxWaiting)
			}
			part = long
		}
		switch {
		case err == nil:
			if err := line(part); err != nil {
				return err
			}
			long = reusable(long)
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(part) == 0:
			return nil
		default:
			return c.broken(ctx, err)
		}
	}
}
