package uplink

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// changes are the groups in which the kernel tells what can alter an uplink's state: links, addresses, routes and
// the rules that choose between tables of routes (rtnetlink(7)).
const changes = 1<<(unix.RTNLGRP_LINK-1) |
	1<<(unix.RTNLGRP_IPV4_IFADDR-1) | 1<<(unix.RTNLGRP_IPV6_IFADDR-1) |
	1<<(unix.RTNLGRP_IPV4_ROUTE-1) | 1<<(unix.RTNLGRP_IPV6_ROUTE-1) |
	1<<(unix.RTNLGRP_IPV4_RULE-1) | 1<<(unix.RTNLGRP_IPV6_RULE-1)

// news is the kernel's word that something has changed. What has changed is read afterwards, by State: a message can
// be lost, the state cannot.
type news struct {
	f   *os.File
	raw syscall.RawConn
}

// hear subscribes to the kernel's changes in this process's network namespace.
func hear() (*news, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("open netlink socket: %w", err)
	}
	f := os.NewFile(uintptr(fd), "netlink")
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: changes}); err != nil {
		return nil, errors.Join(fmt.Errorf("subscribe to netlink: %w", err), f.Close())
	}
	raw, err := f.SyscallConn()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read netlink: %w", err), f.Close())
	}
	return &news{f, raw}, nil
}

// await returns when something has changed, which it tells heard first, at the latest after a time, or when ctx has
// ended; then it returns false.
func (n *news) await(ctx context.Context, most time.Duration, heard func()) bool {
	stop := context.AfterFunc(ctx, func() { n.f.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	n.f.SetReadDeadline(time.Now().Add(most))
	if ctx.Err() != nil { // else the deadline set by its end may just have been overwritten
		return false
	}
	// Its error is the deadline's, which is no less a reason to look.
	n.raw.Read(func(fd uintptr) bool {
		any := drain(int(fd))
		if any {
			heard()
		}
		return any
	})
	return ctx.Err() == nil
}

// most messages taken at once: a storm of them must not keep the reader from looking.
const handful = 256

// drain takes what is waiting and reports whether anything was. Messages that the kernel had to drop count.
func drain(fd int) (any bool) {
	var head [unix.NLMSG_HDRLEN]byte // the rest of a message is cut off by the kernel
	for range handful {
		_, _, err := unix.Recvfrom(fd, head[:], unix.MSG_DONTWAIT)
		if errors.Is(err, unix.EAGAIN) {
			return any
		}
		any = true
	}
	return any
}

func (n *news) close() { n.f.Close() }
