package world

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"edgeprobe.io/scripts/lab/wires"
)

// The kernel has one wall clock for all, and it is not ours to set. But a process reads it by a function that the
// kernel puts into its memory (vdso(7)), and that memory is the process's own: a device whose clock shall be wrong
// gets a function there that asks the kernel and adds seconds. Its monotonic and boot clocks stay true, as they do
// when a real clock jumps.

// wrongClock is clock_gettime for amd64: rdi is the clock, rsi the timespec; the seconds to add follow the code.
func wrongClock(add time.Duration) []byte {
	code := []byte{
		0xB8, 0xE4, 0x00, 0x00, 0x00, // mov eax, 228 (clock_gettime)
		0x0F, 0x05, // syscall
		0x85, 0xFF, // test edi, edi (CLOCK_REALTIME is 0)
		0x75, 0x0A, // jnz ret
		0x48, 0x8B, 0x0D, 0x04, 0x00, 0x00, 0x00, // mov rcx, [rip+4]
		0x48, 0x01, 0x0E, // add [rsi], rcx
		0xC3, // ret
	}
	return binary.LittleEndian.AppendUint64(code, uint64(int64(add/time.Second)))
}

// ShiftClock moves a device's wall clock by whole seconds, from now on and from the first
// instruction after a restart.
func (w *World) ShiftClock(id string, by time.Duration) (wires.Undo, error) {
	if runtime.GOARCH != "amd64" {
		return nil, errors.New("the lab can move a device's clock on amd64 alone")
	}
	move := func(by time.Duration) error {
		w.mu.Lock()
		w.shifts[id] += by
		w.mu.Unlock()
		p, err := w.device(id)
		if err != nil || !p.running() {
			return err
		}
		return w.clockOf(id)(p.pid())
	}
	if err := move(by); err != nil {
		return nil, fmt.Errorf("move the clock of %s: %w", id, err)
	}
	return func(context.Context) error { return move(-by) }, nil
}

// clockOf returns what gives a device's process the clock that it shall have; nil when that was never moved.
func (w *World) clockOf(id string) func(pid int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	by, moved := w.shifts[id]
	if !moved {
		return nil
	}
	return func(pid int) error { return giveClock(pid, by) }
}

// giveClock gives a process a wall clock that is wrong by so much.
func giveClock(pid int, by time.Duration) error {
	base, size, err := vdso(pid)
	if err != nil {
		return err
	}
	image := make([]byte, size)
	if err := inMemory(pid, func(mem *os.File) error {
		_, err := io.ReadFull(io.NewSectionReader(mem, base, size), image)
		return err
	}); err != nil {
		return fmt.Errorf("read the clock's code: %w", err)
	}
	f, err := elf.NewFile(bytes.NewReader(image))
	if err != nil {
		return fmt.Errorf("read the kernel's functions: %w", err)
	}
	at, room, err := functionIn(f, "__vdso_clock_gettime")
	if err != nil {
		return err
	}
	return putCode(pid, base+int64(at), room, wrongClock(by))
}

// vdso returns where the kernel has put its functions into a process.
func vdso(pid int) (base, size int64, err error) {
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(maps)) {
		var from, to int64
		if _, err := fmt.Sscanf(line, "%x-%x", &from, &to); err == nil && strings.Contains(line, "[vdso]") {
			return from, to - from, nil
		}
	}
	return 0, 0, errors.New("the kernel gives the process no clock of its own")
}
