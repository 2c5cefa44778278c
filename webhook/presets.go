package webhook

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

// Signed is a partner with a scheme of your own, or one that was changed. With
// a nil secret, a new one is defined.
func Signed(scheme *signature.Scheme, secret awssecretsmanager.ISecret) *PartnerProps {
	return &PartnerProps{Scheme: scheme, Secret: secret}
}

// Unsigned is a partner that proves nothing by itself, such as
// signature.Verbit: its URL ends with a secret that only it knows. Where you
// can, add SourceIPRanges, or Confirm. With a nil secret, a new one is defined.
func Unsigned(scheme *signature.Scheme, secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(scheme.WithPathSecret(), secret)
}

// The partners the library knows. Each is the preset of that name in package
// signature, whose comment says what to type into the partner's console. A nil
// secret defines a new one, which the partner's value then replaces, or is for
// the partner's console. Set further properties on what is returned.

// FrameIO is Frame.io V4: webhooks and custom actions. See signature.FrameIO.
func FrameIO(secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.FrameIO(), secret)
}

// FrameIOLegacy is Frame.io V2, whose user agent is "Frame.io Legacy API". See
// signature.FrameIOLegacy.
func FrameIOLegacy(secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.FrameIOLegacy(), secret)
}

// Mux is Mux Video and Mux Data. See signature.Mux.
func Mux(secret awssecretsmanager.ISecret) *PartnerProps { return Signed(signature.Mux(), secret) }

// CloudflareStream is Cloudflare Stream, video on demand. See
// signature.CloudflareStream.
func CloudflareStream(secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.CloudflareStream(), secret)
}

// CloudflareNotifications is any Cloudflare notification sent to a webhook,
// Stream Live among them. See signature.CloudflareNotifications.
func CloudflareNotifications(secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.CloudflareNotifications(), secret)
}

// APIVideo is api.video. See signature.APIVideo.
func APIVideo(secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.APIVideo(), secret)
}

// Bitmovin is Bitmovin Encoding and Player notifications. See
// signature.Bitmovin.
func Bitmovin(secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.Bitmovin(), secret)
}

// Cloudinary is Cloudinary with its default signature algorithm, SHA-1. See
// signature.Cloudinary.
func Cloudinary(secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.Cloudinary(), secret)
}

// CloudinarySHA256 is Cloudinary with the signature algorithm SHA-256. See
// signature.CloudinarySHA256.
func CloudinarySHA256(secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.CloudinarySHA256(), secret)
}

// Wistia is Wistia. See signature.Wistia.
func Wistia(secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.Wistia(), secret)
}

// BunnyStream is Bunny Stream. See signature.BunnyStream.
func BunnyStream(secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.BunnyStream(), secret)
}

// ImageKit is ImageKit. See signature.ImageKit.
func ImageKit(secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.ImageKit(), secret)
}

// Transloadit is Transloadit's Assembly notifications. See
// signature.Transloadit.
func Transloadit(secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.Transloadit(), secret)
}

// JWPlayer is the JW Platform. The algorithm is HS256, HS384 or HS512. See
// signature.JWPlayer.
func JWPlayer(algorithm string, secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.JWPlayer(algorithm), secret)
}

// Iconik is iconik, with the custom header that carries the secret. See
// signature.Iconik.
func Iconik(header string, secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.Iconik(header), secret)
}

// Zencoder is Zencoder, with a custom header that carries the secret. See
// signature.Zencoder.
func Zencoder(header string, secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.Zencoder(header), secret)
}

// ZencoderBasic is Zencoder with credentials in the notification's URL. See
// signature.ZencoderBasic.
func ZencoderBasic(secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.ZencoderBasic(), secret)
}

// AssemblyAI is AssemblyAI, with the header named in the transcript request.
// See signature.AssemblyAI.
func AssemblyAI(header string, secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.AssemblyAI(header), secret)
}

// Deepgram is Deepgram speech to text, with the key of the extra metadata that
// carries the secret back. See signature.Deepgram.
func Deepgram(key string, secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.Deepgram(key), secret)
}

// DeepgramBasic is any Deepgram callback with credentials in its URL, the way
// the vendor recommends. See signature.DeepgramBasic.
func DeepgramBasic(secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.DeepgramBasic(), secret)
}

// RevAI is Rev AI, with the custom header that carries the secret. See
// signature.RevAI.
func RevAI(header string, secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.RevAI(header), secret)
}

// StandardWebhooks is the open specification, with its symmetric signature v1.
// See signature.StandardWebhooks.
func StandardWebhooks(secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.StandardWebhooks(), secret)
}

// StandardWebhooksEd25519 is the open specification, with its asymmetric
// signature v1a. See signature.StandardWebhooksEd25519.
func StandardWebhooksEd25519(secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.StandardWebhooksEd25519(), secret)
}

// Box is Box webhooks V2. Its two keys are the secrets' slots primary and
// secondary. See signature.Box.
func Box(secret awssecretsmanager.ISecret) *PartnerProps { return Signed(signature.Box(), secret) }

// Dropbox is Dropbox. See signature.Dropbox.
func Dropbox(secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.Dropbox(), secret)
}

// BackblazeB2 is Backblaze B2 event notifications. See signature.BackblazeB2.
func BackblazeB2(secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.BackblazeB2(), secret)
}

// AdobeIO is Adobe I/O Events: Creative Cloud, Experience Manager, InDesign, …
// The client id is that of your project, and no secret: Adobe signs for all its
// customers with the same keys, so the receiver has to check whom an event is
// for. It signs with keys that are fetched, and needs no secret. See
// signature.AdobeIO.
func AdobeIO(clientID string) *PartnerProps { return Signed(signature.AdobeIO(clientID), nil) }

// GitHub is the webhooks of a repository, an organization or an app. See
// signature.GitHub.
func GitHub(secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.GitHub(), secret)
}

// Stripe is Stripe. See signature.Stripe.
func Stripe(secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.Stripe(), secret)
}

// Slack is the Events API, commands and interactive components. See
// signature.Slack.
func Slack(secret awssecretsmanager.ISecret) *PartnerProps { return Signed(signature.Slack(), secret) }

// Shopify is Shopify, both header families. See signature.Shopify.
func Shopify(secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.Shopify(), secret)
}

// Twilio is Twilio. See signature.Twilio.
func Twilio(secret awssecretsmanager.ISecret) *PartnerProps {
	return Signed(signature.Twilio(), secret)
}

// Zoom is Zoom. See signature.Zoom.
func Zoom(secret awssecretsmanager.ISecret) *PartnerProps { return Signed(signature.Zoom(), secret) }

// The partners that do not sign: their URL ends with a secret, see [Unsigned].

// Brightcove is the CMS, Dynamic Ingest and Live notifications of Brightcove.
// See signature.Brightcove.
func Brightcove(secret awssecretsmanager.ISecret) *PartnerProps {
	return Unsigned(signature.Brightcove(), secret)
}

// TelestreamCloud is Telestream Cloud. See signature.TelestreamCloud.
func TelestreamCloud(secret awssecretsmanager.ISecret) *PartnerProps {
	return Unsigned(signature.TelestreamCloud(), secret)
}

// Signiant is Signiant Media Shuttle and Jet. See signature.Signiant.
func Signiant(secret awssecretsmanager.ISecret) *PartnerProps {
	return Unsigned(signature.Signiant(), secret)
}

// Faspex is IBM Aspera Faspex 5. See signature.Faspex.
func Faspex(secret awssecretsmanager.ISecret) *PartnerProps {
	return Unsigned(signature.Faspex(), secret)
}

// RevCom is Rev.com orders. See signature.RevCom.
func RevCom(secret awssecretsmanager.ISecret) *PartnerProps {
	return Unsigned(signature.RevCom(), secret)
}

// Verbit is Verbit. See signature.Verbit.
func Verbit(secret awssecretsmanager.ISecret) *PartnerProps {
	return Unsigned(signature.Verbit(), secret)
}
