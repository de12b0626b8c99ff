package block

import (
	"encoding/binary"
	"errors"
	"reflect"
	"strings"
	"testing"

	"edgeprobe.io/firmware"
)

// firstZero names the first zero field in v, deeply.
func firstZero(v any) string { return zeroIn(reflect.ValueOf(v), "") }

func zeroIn(v reflect.Value, path string) string {
	if v.Kind() == reflect.Slice && v.Len() == 1 {
		return zeroIn(v.Index(0), path+"[0]")
	}
	if v.Kind() != reflect.Struct || v.Type().PkgPath() == "net/netip" {
		if v.IsZero() {
			return path
		}
		return ""
	}
	for i := range v.NumField() {
		if f := zeroIn(v.Field(i), path+"."+v.Type().Field(i).Name); f != "" {
			return f
		}
	}
	return ""
}

func TestEncodeRefuses(t *testing.T) {
	with := func(change func(*firmware.Result)) []Numbered {
		r := Numbered{Seq: 1}
		change(&r.Result)
		return []Numbered{r}
	}
	long := strings.Repeat("x", 256)
	for name, c := range map[string]struct {
		in   []Numbered
		want error
	}{
		"nothing":         {nil, errCount},
		"too many":        {steady(MaxResults + 1), errCount},
		"equal numbers":   {[]Numbered{{Seq: 5}, {Seq: 5}}, errSpan},
		"falling numbers": {[]Numbered{{Seq: 5}, {Seq: 4}}, errSpan},
		"unknown outcome": {with(func(r *firmware.Result) { r.Outcome = 200 }), errRange},
		"unknown conn":    {with(func(r *firmware.Result) { r.Conn = 200 }), errRange},
		"unknown cache":   {with(func(r *firmware.Result) { r.Cache.State = 200 }), errRange},
		"never sent":      {with(func(r *firmware.Result) { r.Trips.Max = 1 }), errRange},
		"not asked for":   {with(func(r *firmware.Result) { r.Trips = firmware.Trips{Sent: 1, Answered: 2} }), errRange},
		"long name":       {with(func(r *firmware.Result) { r.Uplink = long }), errText},
		"many steps":      {with(func(r *firmware.Result) { r.Steps = make([]firmware.Step, firmware.MaxSteps+1) }), errSteps},
		"unknown step":    {with(func(r *firmware.Result) { r.Steps = []firmware.Step{{Outcome: 200}} }), errRange},
		"long step":       {with(func(r *firmware.Result) { r.Steps = []firmware.Step{{Name: long}} }), errText},
		"long detail":     {with(func(r *firmware.Result) { r.Detail = long }), errText},
	} {
		if _, err := Encode(nil, c.in); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// sealed gives body a right checksum.
func sealed(body ...byte) []byte { return binary.LittleEndian.AppendUint32(body, sum(body)) }

func TestDecodeRefuses(t *testing.T) {
	good, err := Encode(nil, steady(20))
	if err != nil {
		t.Fatal(err)
	}
	body := good[:len(good)-sumBytes]
	for name, c := range map[string]struct {
		in   []byte
		want error
	}{
		"nothing":       {nil, errShort},
		"version":       {sealed(append([]byte{9}, body[1:]...)...), errVersion},
		"trailing byte": {sealed(append(append([]byte{}, body...), 0)...), errTrail},
		"cut":           {sealed(body[:len(body)-3]...), errShort},
		"no results":    {sealed(Version, 0, 1, 0), errCount},
		"too many":      {sealed(Version, 0x81, 0x20, 1, 0x80, 0x20), errCount},
		"span":          {sealed(Version, 3, 1, 1), errSpan},
	} {
		if _, err := Decode(c.in); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestTornOrFlippedDataIsAnError(t *testing.T) {
	good, err := Encode(nil, steady(50))
	if err != nil {
		t.Fatal(err)
	}
	for n := range good {
		if _, err := Decode(good[:n]); err == nil {
			t.Fatalf("the first %d of %d bytes are taken for a block", n, len(good))
		}
		for bit := range 8 {
			good[n] ^= 1 << bit
			if _, err := Decode(good); err == nil {
				t.Fatalf("bit %d of byte %d flipped is taken for a block", bit, n)
			}
			good[n] ^= 1 << bit
		}
	}
}

// FuzzDecode gives Decode data with a right checksum, as only an attacker would.
func FuzzDecode(f *testing.F) {
	for _, n := range []int{1, 2, 20} {
		data, err := Encode(nil, steady(n))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data[:len(data)-sumBytes])
	}
	data, err := Encode(nil, uploads(3))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data[:len(data)-sumBytes])
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := Decode(sealed(body...))
		if err != nil {
			return
		}
		data, err := Encode(nil, got)
		if err != nil {
			t.Fatalf("decoded, but does not encode: %v", err)
		}
		again, err := Decode(data)
		if diff := equal(got, again); err != nil || diff != "" {
			t.Fatalf("%v (-first +again)\n%s", err, diff)
		}
	})
}

func FuzzNumbers(f *testing.F) {
	f.Add([]byte{1, 0, 2, 200, 255, 255, 255, 255, 255, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, raw []byte) {
		var want []int64
		for len(raw) > 0 {
			v, n := binary.Varint(raw)
			if n <= 0 {
				break
			}
			want, raw = append(want, v), raw[n:]
		}
		got := make([]int64, len(want))
		rest, err := TakeNumbers(append(AppendNumbers(nil, want), 42), got)
		if err != nil || len(rest) != 1 || rest[0] != 42 || !reflect.DeepEqual(want, append([]int64(nil), got...)) && len(want) > 0 {
			t.Fatalf("want %v\n got %v, rest %v, %v", want, got, rest, err)
		}
	})
}
