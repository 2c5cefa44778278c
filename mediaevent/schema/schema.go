// Package schema holds the JSON Schemas (draft 2020-12) of the media event and
// of the mappings. They are generated from the structs of package mediaevent;
// anyone may check events with them, in any language.
package schema

import _ "embed"

// Event is the schema of a whole event, CloudEvents attributes included.
//
//go:embed event.v1.json
var Event []byte

// Data is the schema of an event's data: what its dataschema attribute names.
//
//go:embed data.v1.json
var Data []byte

// Mappings is the schema of the JSON form of a list of mappings.
//
//go:embed mappings.v1.json
var Mappings []byte
