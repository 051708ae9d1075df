package proxy

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

// TLSError is a failure of TLS on one side, in one line with the remedy.
type TLSError struct {
	Side   string // "client" or "upstream"
	Remedy string
	Err    error
}

func (e *TLSError) Error() string {
	return fmt.Sprintf("TLS with the %s: %v: %s", e.Side, e.Err, e.Remedy)
}

// Unwrap is what crypto/tls said.
func (e *TLSError) Unwrap() error { return e.Err }

// alert is the text of an alert that the peer sent; "": err is none.
func alert(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "remote error" { // crypto/tls gives alerts no type
		return op.Err.Error()
	}
	return ""
}

// hungUp tells whether the peer ended the connection without an alert.
func hungUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || isReset(err)
}

// withoutAddresses is an error of reading or writing without the two addresses: with the client's port each would be another.
func withoutAddresses(err error) error {
	var op *net.OpError
	if errors.As(err, &op) && (op.Op == "read" || op.Op == "write") {
		return op.Err
	}
	return err
}

func (t *TLS) clientError(err error) error {
	e := &TLSError{Side: "client", Err: withoutAddresses(err)}
	var notTLS tls.RecordHeaderError
	var refused *tls.CertificateVerificationError
	said := err.Error()
	issuer := t.CA()
	if issuer == "" {
		issuer = "the authority that issued " + t.options.CertFile
	}
	trust := "give it " + issuer + " as tls.client.trustCertPath, or set tls.client.authServer=false in it"
	switch received := alert(err); {
	case strings.Contains(received, "certificate"), strings.Contains(said, "bad record MAC"): // OpenSSL's alert, see TestTLSPlainAlert
		e.Remedy = "it does not trust the proxy's certificate: " + trust
	case errors.As(err, &notTLS) && t.options.Mode == TLSAuto:
		e.Remedy = "its first byte is that of TLS, but it does not speak TLS: --tls off does not look"
	case errors.As(err, &notTLS):
		e.Remedy = "it does not speak TLS: set tls.enable=true in the client, or --tls auto here for both kinds"
	case errors.As(err, &refused):
		e.Remedy = "its certificate was not issued by " + t.options.ClientCA + " (--tls-client-ca)"
	case strings.Contains(said, "didn't provide a certificate"):
		e.Remedy = "set tls.client.certPath and tls.client.keyPath in the client, or leave --tls-client-ca out"
	case strings.Contains(said, "unsupported versions"), strings.Contains(received, "protocol version"):
		e.Remedy = "the proxy speaks TLS 1.2 and 1.3: update the client's Java or OpenSSL"
	case strings.Contains(said, "no cipher suite"), strings.Contains(said, "signature algorithm"), strings.Contains(received, "handshake failure"):
		e.Remedy = "its cipher suites and the proxy's certificate do not go together: give an RSA certificate with --tls-cert and --tls-key"
	case errors.Is(err, os.ErrDeadlineExceeded):
		e.Remedy = "it did not finish the handshake in time"
	case hungUp(err):
		e.Err = errors.New("it hung up during the handshake")
		e.Remedy = "unless it was a health check, " + trust
	default:
		e.Remedy = "--tls passthrough leaves TLS alone"
	}
	return e
}

// upstreamError: asked tells that the upstream wanted a certificate and there was none for it.
func (t *TLS) upstreamError(err error, asked bool) error {
	e := &TLSError{Side: "upstream", Err: withoutAddresses(err)}
	var notTLS tls.RecordHeaderError
	var refused *tls.CertificateVerificationError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	received := alert(err)
	switch {
	case errors.As(err, &name):
		e.Remedy = "--upstream-name says which name it shall have"
		if has := name.Certificate.DNSNames; len(has) > 0 {
			e.Remedy += " (it has " + has[0] + ")"
		}
		e.Remedy += "; --upstream-insecure does not verify it, as RocketMQ's clients do not by default"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		e.Remedy = "renew the upstream's certificate (now it is " + time.Now().Format(time.DateOnly) + " here), or do not verify it: --upstream-insecure"
	case errors.As(err, &refused):
		e.Remedy = "name its authority with --upstream-ca FILE, or do not verify it, as RocketMQ's clients do not by default: --upstream-insecure"
	case received != "" && asked, strings.Contains(received, "certificate"):
		e.Remedy = "it wants a certificate that it trusts: --upstream-cert and --upstream-key (a client's own cannot be forwarded)"
	case errors.As(err, &notTLS):
		e.Remedy = "it does not speak TLS: --upstream-tls off"
	case hungUp(err):
		e.Err = errors.New("it hung up during the handshake")
		e.Remedy = "perhaps its tls.server.mode is disabled: --upstream-tls off"
	case strings.Contains(received, "protocol version"), strings.Contains(err.Error(), "unsupported protocol version"):
		e.Remedy = "the proxy speaks TLS 1.2 and 1.3: update the server's Java or OpenSSL"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		e.Remedy = "it did not finish the handshake in time; perhaps it does not speak TLS: --upstream-tls off"
	default:
		e.Remedy = "if it does not speak TLS as expected: --upstream-tls off, or --tls passthrough"
	}
	return e
}
