// Package schemas makes the JSON Schemas of package mediaevent from its structs.
package schemas

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/invopop/jsonschema"

	"github.com/mediasupplychain/cdk/mediaevent"
)

const (
	base      = "https://github.com/mediasupplychain/cdk/mediaevent/schema/"
	goPackage = "github.com/mediasupplychain/cdk/mediaevent"
)

// Generate makes the schemas, by the names of their files. Dir is the folder
// of package mediaevent, whose comments become descriptions.
func Generate(dir string) (map[string][]byte, error) {
	event, err := reflector(dir, true)
	if err != nil {
		return nil, err
	}
	// Decode refuses members that a mapping does not have; so does its schema.
	mapping, err := reflector(dir, false)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for name, schema := range map[string]*jsonschema.Schema{
		"event.v1.json":    event.Reflect(mediaevent.Event{}),
		"data.v1.json":     event.Reflect(mediaevent.Data{}),
		"mappings.v1.json": mapping.Reflect([]mediaevent.Mapping{}),
	} {
		schema.ID = jsonschema.ID(base + name)
		if files[name], err = format(schema); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if mediaevent.DataSchema != base+"data.v1.json" {
		return nil, fmt.Errorf("mediaevent.DataSchema is %q, want %q", mediaevent.DataSchema, base+"data.v1.json")
	}
	return files, nil
}

// Strict makes the schema of an event that has nothing but what is described.
func Strict(dir string) ([]byte, error) {
	r, err := reflector(dir, false)
	if err != nil {
		return nil, err
	}
	schema := r.Reflect(mediaevent.Event{})
	schema.ID = base + "strict.json"
	return format(schema)
}

func reflector(dir string, open bool) (*jsonschema.Reflector, error) {
	r := &jsonschema.Reflector{AllowAdditionalProperties: open, Mapper: vocabulary}
	r.CommentMap = map[string]string{}
	if err := r.AddGoComments(goPackage, dir, jsonschema.WithFullComment()); err != nil {
		return nil, err
	}
	// Its files are named by the folder that they are read from.
	comments := map[string]string{}
	for name, text := range r.CommentMap {
		if at := lastPart(name); at != "" {
			comments[goPackage+"."+at] = text
		}
	}
	r.CommentMap = comments
	return r, nil
}

// lastPart is what follows the package in "path/of/package.Type.Field".
func lastPart(name string) string {
	slash := bytes.LastIndexByte([]byte(name), '/')
	dot := bytes.IndexByte([]byte(name[slash+1:]), '.')
	if dot < 0 {
		return ""
	}
	return name[slash+1+dot+1:]
}

// vocabulary lists the words of the typed constants.
func vocabulary(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[mediaevent.JobKind]():
		return words(mediaevent.JobKinds())
	case reflect.TypeFor[mediaevent.JobStatus]():
		return words(mediaevent.JobStatuses())
	case reflect.TypeFor[mediaevent.AssetStatus]():
		return words(mediaevent.AssetStatuses())
	case reflect.TypeFor[mediaevent.Severity]():
		return words(mediaevent.Severities())
	case reflect.TypeFor[mediaevent.ParticipantType]():
		return words(mediaevent.ParticipantTypes())
	case reflect.TypeFor[mediaevent.ActionKind]():
		return words(mediaevent.ActionKinds())
	case reflect.TypeFor[mediaevent.Case]():
		return words([]mediaevent.Case{mediaevent.LowerCase, mediaevent.UpperCase})
	default:
		return nil
	}
}

func words[T ~string](all []T) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string"}
	for _, w := range all {
		s.Enum = append(s.Enum, string(w))
	}
	return s
}

func format(schema *jsonschema.Schema) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(schema); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
