package world

// overlay lays one value over another: mappings are merged key by key, a null takes the key away; lists whose
// entries all have a name are merged by it, new ones come last; everything else replaces.
func overlay(base, over any) any {
	switch o := over.(type) {
	case map[string]any:
		b, ok := base.(map[string]any)
		if !ok {
			b = map[string]any{}
		}
		return overlayMap(b, o)
	case []any:
		b, ok := base.([]any)
		if ok && named(b) && named(o) {
			return overlayList(b, o)
		}
	}
	return over
}

func overlayMap(base, over map[string]any) map[string]any {
	out := make(map[string]any, len(base)+len(over))
	for k, v := range base {
		out[k] = v
	}
	for k, v := range over {
		if v == nil {
			delete(out, k)
		} else {
			out[k] = overlay(out[k], v)
		}
	}
	return out
}

func overlayList(base, over []any) []any {
	out := append([]any(nil), base...)
	at := map[any]int{}
	for i, e := range out {
		at[e.(map[string]any)["name"]] = i
	}
	for _, e := range over {
		if i, there := at[e.(map[string]any)["name"]]; there {
			out[i] = overlay(out[i], e)
		} else {
			out = append(out, overlay(nil, e))
		}
	}
	return out
}

// named reports whether every entry is a mapping with a name.
func named(list []any) bool {
	for _, e := range list {
		m, ok := e.(map[string]any)
		if _, has := m["name"].(string); !ok || !has {
			return false
		}
	}
	return true
}
