package world

import (
	"context"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"edgeprobe.io/scripts/lab/wires"
)

// A slow card shows where a database asks for its writes to be kept: fdatasync. The kernel has no slow file systems
// for the unprivileged, so the device's copy of that function in the C library's code is replaced, as its clock is
// in clocks.go.

// slowSync is fdatasync for amd64, which sleeps before; the time to sleep follows the code. An error's number is not
// told: there is none on a card that is only slow.
func slowSync(by time.Duration) []byte {
	code := []byte{
		0x57,                                     // push rdi
		0x48, 0x8D, 0x3D, 0x19, 0x00, 0x00, 0x00, // lea rdi, [rip+25]
		0x31, 0xF6, // xor esi, esi
		0xB8, 0x23, 0x00, 0x00, 0x00, // mov eax, 35 (nanosleep)
		0x0F, 0x05, // syscall
		0x5F,                         // pop rdi
		0xB8, 0x4B, 0x00, 0x00, 0x00, // mov eax, 75 (fdatasync)
		0x0F, 0x05, // syscall
		0x85, 0xC0, // test eax, eax
		0x74, 0x03, // jz ret
		0x83, 0xC8, 0xFF, // or eax, -1
		0xC3, // ret
	}
	code = binary.LittleEndian.AppendUint64(code, uint64(by/time.Second))
	return binary.LittleEndian.AppendUint64(code, uint64(by%time.Second))
}

// SlowStorage makes each commit to a device's storage take so much longer, from now on and after restarts.
func (w *World) SlowStorage(ctx context.Context, id string, by time.Duration) (wires.Undo, error) {
	if runtime.GOARCH != "amd64" {
		return nil, errors.New("the lab can slow a device's storage on amd64 alone")
	}
	more := func(ctx context.Context, by time.Duration) error {
		w.mu.Lock()
		w.slows[id] += by
		w.mu.Unlock()
		p, err := w.device(id)
		if err != nil || !p.running() {
			return err
		}
		return w.slowDown(ctx, p)
	}
	if err := more(ctx, by); err != nil {
		return nil, fmt.Errorf("slow the storage of %s: %w", id, err)
	}
	return func(ctx context.Context) error { return more(ctx, -by) }, nil
}

// slowDown gives a device that runs the storage that it shall have, if that was ever slowed. Where nothing is slow any
// more it sleeps for no time: the true function cannot come back under a thread that sleeps in this one.
func (w *World) slowDown(ctx context.Context, p *program) error {
	w.mu.Lock()
	by, slowed := w.slows[p.name]
	w.mu.Unlock()
	if !slowed {
		return nil
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		pid := p.pid()
		if pid == 0 {
			return nil // it has ended, and gets its storage when it is started again
		}
		base, file, err := library(pid)
		if file != "" {
			return replace(pid, base, file, "fdatasync", slowSync(by))
		}
		select {
		case <-tick.C: // the linker has not loaded it yet
		case <-ctx.Done():
			return fmt.Errorf("the device has no C library: %w, %w", err, ctx.Err())
		}
	}
}

// library returns where the C library is in a process, and its file; "" before its code is there.
func library(pid int) (base int64, file string, err error) {
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	for line := range strings.Lines(string(maps)) {
		var from, to, offset int64
		var may, device, inode, path string
		n, _ := fmt.Sscanf(line, "%x-%x %s %x %s %s %s", &from, &to, &may, &offset, &device, &inode, &path)
		if n < 7 || !strings.Contains(path, "/libc.so.") {
			continue
		}
		if offset == 0 {
			base = from
		}
		if strings.Contains(may, "x") {
			return base, path, nil
		}
	}
	return 0, "", err
}

// replace puts code in the place of a library's function.
func replace(pid int, base int64, file, function string, code []byte) error {
	f, err := elf.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	at, room, err := functionIn(f, function)
	if err != nil {
		return err
	}
	return putCode(pid, base+int64(at), room, code)
}
