// clusterdns is the small part of cluster DNS that training jobs need. It answers A for <service>.<namespace>.svc.<domain>
// (headless: every address; else the cluster IP) and for <host>.<service>.<namespace>.svc.<domain> (pods whose subdomain
// is the service), from watches of Services and Endpoints. Other names: NXDOMAIN below the domain, REFUSED elsewhere.
package main

import (
	"flag"
	"log"
	"net"
	"strings"
	"time"

	"github.com/miekg/dns"
	v1 "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

func clusterDNS() {
	kubeconfig := flag.String("kubeconfig", "", "kubeconfig file")
	listen := flag.String("listen", "127.0.0.1:53", "address for UDP and TCP")
	domain := flag.String("domain", "cluster.local", "cluster domain")
	ttl := flag.Uint("ttl", 1, "seconds")
	flag.Parse()
	cfg, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	cs := kubernetes.NewForConfigOrDie(cfg)
	f := informers.NewSharedInformerFactory(cs, 10*time.Minute)
	svcs, eps := f.Core().V1().Services().Lister(), f.Core().V1().Endpoints().Lister()
	f.Core().V1().Services().Informer()
	f.Core().V1().Endpoints().Informer()
	stop := make(chan struct{})
	f.Start(stop)
	f.WaitForCacheSync(stop)
	suffix := ".svc." + strings.ToLower(dns.Fqdn(*domain))
	zone := "." + strings.ToLower(dns.Fqdn(*domain))
	lookup := func(name string) (ips []string, known bool) {
		parts := strings.Split(strings.TrimSuffix(name, suffix), ".")
		host := ""
		if len(parts) == 3 {
			host, parts = parts[0], parts[1:]
		}
		if len(parts) != 2 {
			return nil, false
		}
		s, err := svcs.Services(parts[1]).Get(parts[0])
		if err != nil {
			return nil, false
		}
		if host == "" && s.Spec.ClusterIP != v1.ClusterIPNone {
			return []string{s.Spec.ClusterIP}, true
		}
		e, err := eps.Endpoints(parts[1]).Get(parts[0])
		if err != nil {
			return nil, host == ""
		}
		add := func(as []v1.EndpointAddress) {
			for _, a := range as {
				if host == "" || a.Hostname == host || (a.Hostname == "" && strings.ReplaceAll(a.IP, ".", "-") == host) {
					ips = append(ips, a.IP)
				}
			}
		}
		for _, sub := range e.Subsets {
			add(sub.Addresses)
		}
		return ips, host == "" || len(ips) > 0
	}
	h := dns.HandlerFunc(func(w dns.ResponseWriter, r *dns.Msg) {
		m := new(dns.Msg)
		m.SetReply(r)
		m.Authoritative = true
		if len(r.Question) != 1 {
			m.Rcode = dns.RcodeFormatError
			w.WriteMsg(m)
			return
		}
		q := r.Question[0]
		name := strings.ToLower(q.Name)
		switch {
		case strings.HasSuffix(name, suffix):
			ips, known := lookup(name)
			if !known {
				m.Rcode = dns.RcodeNameError
			} else if q.Qtype == dns.TypeA || q.Qtype == dns.TypeANY {
				for _, ip := range ips {
					m.Answer = append(m.Answer, &dns.A{Hdr: dns.RR_Header{Name: q.Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: uint32(*ttl)}, A: net.ParseIP(ip)})
				}
			}
		case strings.HasSuffix(name, zone):
			m.Rcode = dns.RcodeNameError
		default:
			m.Rcode = dns.RcodeRefused
		}
		w.WriteMsg(m)
	})
	go func() { log.Fatal((&dns.Server{Addr: *listen, Net: "tcp", Handler: h}).ListenAndServe()) }()
	log.Fatal((&dns.Server{Addr: *listen, Net: "udp", Handler: h}).ListenAndServe())
}
