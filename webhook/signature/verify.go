package signature

import "time"

// Verify proves that the request was made by someone who knows one of the
// secrets, not too long before now, and tells what event it is.
//
// The error is an [*Error] with the field to blame. Each signature is compared
// with each secret, in constant time, whether or not one matched before.
// Besides the body itself nothing is allocated in proportion to it, except
// where the signed text is not the body as it came: forms are decoded once, and
// Ed25519 needs its content in one piece.
func (s *Scheme) Verify(r *Request, secrets Secrets, now time.Time) (Event, error) {
	v, err := s.newView(r)
	if err != nil {
		return Event{}, s.blame(err)
	}
	var p proof
	if err := s.authenticate(&p, &v, secrets, now); err != nil {
		return Event{}, s.blame(err)
	}
	event, err := s.event(&v, p.timestamp)
	if err != nil {
		return Event{}, s.blame(err)
	}
	event.Timestamp = p.sent
	return event, nil
}

// Authenticate proves what [Scheme.Verify] proves and reads nothing of the
// event, as vendors' own libraries do: for a receiver that parses the payload
// anyway. It does not look at RequiredFields, which are of the payload. It
// returns the time at which the request was sent, the zero time if the partner
// signs none. The error is an [*Error].
func (s *Scheme) Authenticate(r *Request, secrets Secrets, now time.Time) (time.Time, error) {
	v, err := s.newView(r)
	if err != nil {
		return time.Time{}, s.blame(err)
	}
	var p proof
	if err := s.authenticate(&p, &v, secrets, now); err != nil {
		return time.Time{}, s.blame(err)
	}
	return p.sent, nil
}

// authenticate is everything that has to hold before the payload is believed:
// the cheap checks first.
func (s *Scheme) authenticate(p *proof, v *view, secrets Secrets, now time.Time) error {
	for _, name := range sortedKeys(s.RequiredHeaders) {
		if err := v.require(Field(inHeader+"."+name), s.RequiredHeaders[name]); err != nil {
			return err
		}
	}
	if s.Kind == None {
		return nil
	}
	if len(secrets) == 0 || len(secrets) > maxSecrets {
		return fault("", ErrSecret)
	}
	if err := p.read(s, v); err != nil {
		return err
	}
	if err := s.readTime(p, v, now); err != nil {
		return err
	}
	if err := s.checkBodyDigest(v); err != nil {
		return err
	}
	return s.check(p, v, secrets, now)
}

// check compares the proof with what the secrets prove.
func (s *Scheme) check(p *proof, v *view, secrets Secrets, now time.Time) error {
	switch s.Kind {
	case HMAC, Digest:
		return s.checkMAC(p, v, secrets)
	case SharedSecret, Basic:
		return s.checkToken(p, secrets)
	case Ed25519, RSA:
		return s.checkPublicKey(p, v, secrets)
	case SignedToken:
		return s.checkJWT(p, v, secrets, now)
	default:
		return fault("", ErrScheme)
	}
}

// require compares a field with the value it must have.
func (v *view) require(f Field, want string) error {
	got, err := v.value(f)
	if err == nil && got != want {
		err = ErrUnexpected
	}
	if err != nil {
		return fault(f, err)
	}
	return nil
}

// fault is an error that names the field; blame adds the scheme.
func fault(f Field, err error) *Error { return &Error{Field: f, Err: err} }

func (s *Scheme) blame(err error) error {
	if e, ok := err.(*Error); ok { //nolint:errorlint // made here, never wrapped
		e.Scheme = s.Name
	}
	return err
}
