// Package server is what ws-echo-server does around its WebSockets, whichever library they are of: options and HTTP.
package server

import (
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"
)

// Options are those of the command line.
type Options struct {
	Deflate     bool
	MaxMessage  int64  // in bytes
	Origin      string // the only one that is let in; none: the server's own
	Subprotocol string // none: ""
}

// Subprotocols has the subprotocol that is spoken, as the libraries want it.
func (options *Options) Subprotocols() []string {
	if options.Subprotocol == "" {
		return nil
	}
	return []string{options.Subprotocol}
}

func fail(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", arguments...)
	os.Exit(1)
}

// Run serves until it fails: serveWebSocket answers requests for /ws.
func Run(serveWebSocket func(*Options, http.ResponseWriter, *http.Request)) {
	var options Options
	flags := flag.NewFlagSet(os.Args[0], flag.ContinueOnError)
	host := flags.String("host", "", "the `ADDRESS` to listen at")
	timeout := flags.Duration("handshake-timeout", 10*time.Second, "how long the head of a request may take")
	flags.BoolVar(&options.Deflate, "deflate", false, "agree on permessage-deflate")
	flags.Int64Var(&options.MaxMessage, "max-message", 16<<20, "the largest message in `BYTES`")
	flags.StringVar(&options.Origin, "origin", "", "the only `ORIGIN` that is let in, instead of the server's own")
	certificate := flags.String("cert", "", "the `FILE` of the certificate for wss")
	key := flags.String("key", "", "the `FILE` of its key")
	flags.StringVar(&options.Subprotocol, "subprotocol", "", "the subprotocol that is spoken")
	if flags.Parse(os.Args[1:]) != nil || flags.NArg() != 1 {
		fail("usage: %s [OPTION...] PORT", os.Args[0])
	}
	port := flags.Arg(0)
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		fail("Fatal error: port %s: %v", port, err)
	}

	routes := http.NewServeMux()
	routes.HandleFunc("/ws", func(response http.ResponseWriter, request *http.Request) {
		serveWebSocket(&options, response, request)
	})
	routes.HandleFunc("/", func(response http.ResponseWriter, request *http.Request) {
		if request.URL.Path != "/" {
			http.NotFound(response, request)
			return
		}
		io.WriteString(response, "A WebSocket that echoes is at /ws\n")
	})
	log.SetOutput(io.Discard)
	server := http.Server{Addr: net.JoinHostPort(*host, port), Handler: routes, ReadHeaderTimeout: *timeout}
	if *certificate != "" {
		server.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){} // without HTTP/2
		fail("Fatal error: %v", server.ListenAndServeTLS(*certificate, *key))
	}
	fail("Fatal error: %v", server.ListenAndServe())
}
