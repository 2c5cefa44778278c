package props

import "reflect"

// Merge lays structs over each other: base, then each layer in turn, later
// ones winning. It copies every field that is set (not the zero value) and
// leaves all arguments as they were. Nil layers are skipped.
//
// A constructor merges its defaults, then what the user gave, then what it
// must insist on. The merge is shallow: a nested struct is replaced whole, as
// CDK users know it from JavaScript's spread.
func Merge[T any](base T, layers ...*T) *T {
	merged := reflect.ValueOf(&base).Elem()
	for _, layer := range layers {
		if layer == nil {
			continue
		}
		from := reflect.ValueOf(layer).Elem()
		for i := range from.NumField() {
			if field := from.Field(i); !field.IsZero() {
				merged.Field(i).Set(field)
			}
		}
	}
	return &base
}
