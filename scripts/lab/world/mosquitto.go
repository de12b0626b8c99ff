package world

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
)

// accessList is what a writer may do, and a consumer (DESIGN section 5).
const accessList = `pattern write edgeprobe/v1/%u/#
pattern write homeassistant/device/%u/config
pattern read edgeprobe/v1/+/status
pattern read edgeprobe/v1/+/heartbeat
pattern read edgeprobe/v1/+/vote/+
pattern read edgeprobe/v1/+/ack/+
user consumer
topic read edgeprobe/v1/#
`

// mosquitto is the broker's configuration. It keeps everything for a consumer that is away.
func mosquitto(dir string) string {
	return fmt.Sprintf(`listener 1883
allow_anonymous false
password_file %[1]s/passwords
acl_file %[1]s/acl
user root
max_queued_messages 0
persistence true
persistence_location %[1]s/
log_dest stderr
log_type error
log_type warning
`, dir)
}

// hashed is a line of a password file: PBKDF2 with SHA-512, as Mosquitto 2 writes it.
func hashed(user, password string) (string, error) {
	salt := make([]byte, 12)
	_, _ = rand.Read(salt) // never fails
	const rounds = 101
	sum, err := pbkdf2.Key(sha512.New, password, salt, rounds, sha512.Size)
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	b64 := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("%s:$7$%d$%s$%s\n", user, rounds, b64(salt), b64(sum)), nil
}

// mosquittoUsers is the password file of users.
func mosquittoUsers(passwords map[string]string) (list string, err error) {
	for user, password := range passwords {
		line, err := hashed(user, password)
		if err != nil {
			return "", err
		}
		list += line
	}
	return list, nil
}
