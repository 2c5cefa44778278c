package eventbus

// archiveDays is long enough to find out what was done wrong with last month's
// deliveries and replay them, and short enough not to keep partners' data for no
// reason, as the service does by default: for ever.
const archiveDays = 30
