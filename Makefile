# The only door: it sets the C flags and the tags that the product is built with.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# fdatasync instead of fsync: 2.3 times less written to the card per durable commit. Nothing unwinds SQLite's frames,
# and the tables for it are 135 kB.
export CGO_ENABLED := 1
export CGO_CFLAGS  := -O2 -g -DHAVE_FDATASYNC=1 -fno-asynchronous-unwind-tables
# Always Go's resolver, so that a lookup leaves over the uplink it belongs to; and static binaries without surprises.
TAGS     := netgo,osusergo,sqlite_omit_load_extension
# The programs leave out net/http's own HTTP/2, a third of a megabyte that only servers of the tests need: probes speak
# HTTP/2 by themselves.
LEAN     := $(TAGS),nethttpomithttp2
PKG      ?= ./...
FUZZTIME ?= 10s
GO       := go
VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
# When it was made is the floor of the wall clock: an appliance without a clock of its own is never older.
BUILTAT  := $(shell git log -1 --format=%ct 2>/dev/null || date +%s)
LDFLAGS  := -s -w -X main.version=$(VERSION) -X edgeprobe.io/firmware/clock.builtAt=$(BUILTAT)
BUILD    := $(GO) build -trimpath -buildvcs=false -tags $(LEAN)
STATIC   := -linkmode external -extldflags -static
# What has no goroutine needs no race detector, which makes the long property tests ten times longer.
PURE     := $(addprefix ./firmware/,block/... fold/... quorum/... schedule/... verdict/...)
TELEGRAF := .cache/peers/telegraf
NATS     := .cache/peers/nats-server
# What holds times, or fills a machine with processes, has it to itself.
TIMED    := ./cmd/edgeprobed $(addprefix ./firmware/,agent/... probe/... uplink) $(addprefix ./scripts/,accuracy/... lab/...)
LIST     := $(GO) list -tags $(TAGS)
LINTER   := honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: help lab nats setup tools build build-arm64 build-armv7 vet lint unit behaviours test demo-once run bench accuracy soak sabotage lab-sabotage fuzz
help: ## this list
	@awk -F':.*## ' '/^[a-z0-9_-]+:.*## /{printf "  make %-14s %s\n",$$1,$$2}' $(MAKEFILE_LIST)

setup: ## install what tests and cross builds need (Debian: brokers, compilers); nothing when it is there
	@scripts/setup.sh

# What running needs is less than what testing needs: Go and a C compiler.
tools:
	@command -v $(GO) >/dev/null || { echo "edgeprobe is written in Go: install Go 1.26 or newer, see https://go.dev/doc/install" >&2; exit 1; }
	@command -v $${CC:-gcc} >/dev/null || { echo "a C compiler is needed, for SQLite: sudo apt-get install gcc libc6-dev" >&2; exit 1; }
	@[ -x bin/edgeprobed ] || echo "First build, with SQLite: one to four minutes. Later builds take seconds."

build: tools ## edgeprobe and edgeprobed into bin/
	$(BUILD) -ldflags '$(LDFLAGS)' -o bin/ ./cmd/...

build-arm64: ## static binaries for 64-bit ARM into bin/arm64/
	@scripts/cross.sh need aarch64-linux-gnu-gcc
	GOOS=linux GOARCH=arm64 CC=aarch64-linux-gnu-gcc $(BUILD) -ldflags '$(LDFLAGS) $(STATIC)' -o bin/arm64/ ./cmd/...
	@scripts/cross.sh assert bin/arm64 AArch64

build-armv7: ## static binaries for 32-bit ARM (v7 and newer) into bin/armv7/
	@scripts/cross.sh need arm-linux-gnueabihf-gcc
	GOOS=linux GOARCH=arm GOARM=7 CC=arm-linux-gnueabihf-gcc $(BUILD) -ldflags '$(LDFLAGS) $(STATIC)' -o bin/armv7/ ./cmd/...
	@scripts/cross.sh assert bin/armv7 ARM

vet: ## go vet over PKG
	$(GO) vet -tags $(TAGS) $(PKG)

lint: vet ## gofmt, go vet and staticcheck
	@dirty=$$(gofmt -l cmd firmware drivers board scripts 2>/dev/null); [ -z "$$dirty" ] || { echo "not formatted, run gofmt -w on:" $$dirty >&2; exit 1; }
	$(GO) run $(LINTER) -tags $(TAGS) $(PKG)

unit: ## tests of PKG with ARGS, e.g. make unit PKG=./firmware/block ARGS='-run X -v'
	$(GO) test -tags $(TAGS) $(PKG) $(ARGS)

behaviours: ## the table of what servers do, and what a probe calls it
	@sed -n '/^| /{s/^| //;s/ |$$//;s/ | /\t/gp}' firmware/probe/probetest/README.md | column -t -s "$$(printf '\t')"

test: setup build lint $(NATS) ## everything a change must pass
	@scripts/size.sh bin/edgeprobed
	@echo "tests, where goroutines are with the race detector; some minutes"
	@$(GO) test -tags $(TAGS) $(PURE)
	@$(GO) test -tags $(TAGS) -race $$($(LIST) ./... | grep -vxF "$$($(LIST) $(PURE) $(TIMED))")
	@$(GO) test -tags $(TAGS) -race -p 1 $(TIMED)
	@$(MAKE) --no-print-directory demo-once
	@echo "make test: passed"

demo-once: build
	bin/edgeprobe demo --once

run: build ## the demo: two devices and an outage in this terminal; ONCE=1 replays once, CONFIG=my.yaml runs your own device
	@$(if $(CONFIG),exec bin/edgeprobed --config '$(CONFIG)',exec bin/edgeprobe demo $(if $(filter-out 0,$(ONCE)),--once))

bench: build $(TELEGRAF) ## CPU, bytes, memory, size and lag against the budgets, beside the probers of others (ten minutes); ARGS=--json
	@scripts/setup.sh bench
	$(GO) run -tags $(TAGS) ./scripts/bench $(ARGS)

# A module of its own, outside ours, with what asks for URLs alone: minutes once, then it is there.
$(TELEGRAF):
	GOBIN=$(abspath $(@D)) CGO_ENABLED=0 $(GO) install -trimpath -ldflags '-s -w' -tags custom,inputs.http_response,outputs.discard \
	  github.com/influxdata/telegraf/cmd/telegraf@v1.37.2

accuracy: ## delays injected into every phase against what is measured, alone and with 40 checks; ARGS='-h' for options
	@scripts/setup.sh
	@mkdir -p bin
	$(GO) run -tags $(TAGS) ./scripts/accuracy -svg bin/accuracy.svg $(ARGS)

soak: ## a day of results in some fifteen minutes: memory, goroutines, files and the card stay as they are; ARGS='-h' for options
	@mkdir -p bin
	$(GO) run -tags $(TAGS) ./scripts/soak -svg bin/soak.svg $(ARGS)

sabotage: ## break copies of the tree in one place each, and see the demo's replay notice (minutes)
	$(GO) run -tags $(TAGS) ./scripts/sabotage

lab-sabotage: ## the same for the lab: which scenario notices (a quarter of an hour)
	$(GO) run -tags $(TAGS) ./scripts/sabotage lab

SCENARIOS ?= scripts/lab/scenarios
DAEMON    ?= bin/edgeprobed
OUT       ?= bin/lab
lab: setup build $(NATS) ## the fault corpus in an Internet in a box, with its page; SCENARIOS=FILE or folder for a part of it
	$(GO) run -tags $(TAGS) ./scripts/lab run --daemon '$(DAEMON)' --out '$(OUT)' $(SCENARIOS)

# A broker that is a cluster of three, in some scenarios: of the version that the demo links.
$(NATS):
	GOBIN=$(abspath $(@D)) CGO_ENABLED=0 $(GO) install -trimpath -ldflags '-s -w' \
	  github.com/nats-io/nats-server/v2@$$($(GO) list -m -f '{{.Version}}' github.com/nats-io/nats-server/v2)

nats: $(NATS) ## the lab's other broker, for lab run --broker nats

fuzz: ## every fuzz target in turn, FUZZTIME=10s each; FUZZ='probe|FuzzDecode' chooses
	$(GO) run -tags $(TAGS) ./scripts/fuzz -tags $(TAGS) -time $(FUZZTIME) -only '$(FUZZ)'
