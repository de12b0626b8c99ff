package main

import (
	"crypto/x509"
	"fmt"
	"net/url"
	"os"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

// planURL looks at something that no config knows.
func (f checkFlags) planURL(target string) (look, error) {
	check, err := f.checkOf(target)
	if err != nil {
		return look{}, err
	}
	source, err := f.sourceAddr()
	if err != nil {
		return look{}, err
	}
	resolvers, err := parseResolvers(f.resolvers)
	if err != nil {
		return look{}, err
	}
	auto := resolvers == nil && f.uplink != "" // those of the machine may lead out by another interface
	if resolvers == nil && !auto {
		if resolvers, err = systemResolvers("/etc/resolv.conf"); err != nil {
			return look{}, err
		}
	}
	settings := probe.Defaults()
	if settings.Roots, err = trusted(f.ca); err != nil {
		return look{}, err
	}
	return look{
		target: target,
		check:  check,
		uplink: firmware.Uplink{Name: f.uplink, Interface: f.uplink, Source: source, Resolvers: resolvers, AutoResolvers: auto},
		probe:  settings,
	}, nil
}

// hostOf makes an example out of what was typed.
func hostOf(target string) string {
	if u, err := url.Parse("//" + target); err == nil && u.Hostname() != "" && u.Hostname() != "http" && u.Hostname() != "https" {
		return u.Host + u.Path
	}
	return "www.example.com/"
}

// trusted reads certificate authorities; no file means the system's, which is nil.
func trusted(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read --ca: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("read --ca: %s holds no PEM certificate", file)
	}
	return pool, nil
}
