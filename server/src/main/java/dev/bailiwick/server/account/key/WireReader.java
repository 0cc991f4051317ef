package dev.bailiwick.server.account.key;

import dev.bailiwick.jail.validation.InvalidValue;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads the wire format of SSH (RFC 4251, 5) strictly: each value has one form. */
final class WireReader {

    private final byte[] bytes;
    private int position;

    WireReader(byte[] bytes) {
        this.bytes = bytes.clone();
    }

    /** Reads a string: its length in four bytes, and its bytes. */
    byte[] string() {
        if (bytes.length - position < 4) {
            throw truncated();
        }
        int length = (bytes[position] & 0xff) << 24
                | (bytes[position + 1] & 0xff) << 16
                | (bytes[position + 2] & 0xff) << 8
                | bytes[position + 3] & 0xff;
        position += 4;
        if (length < 0 || length > bytes.length - position) {
            throw truncated();
        }
        position += length;
        return Arrays.copyOfRange(bytes, position - length, position);
    }

    /** Reads a string of printable ASCII. */
    String text() {
        byte[] string = string();
        for (byte one : string) {
            if (one < 0x20 || one > 0x7e) {
                throw new InvalidValue("is not a key: a name in it has other characters than printable ASCII");
            }
        }
        return new String(string, StandardCharsets.US_ASCII);
    }

    /** Reads a positive number (mpint) in its shortest form. */
    BigInteger positive() {
        byte[] number = string();
        boolean shortest = number.length > 0 && (number[0] > 0 || number[0] == 0 && number.length > 1 && number[1] < 0);
        if (!shortest) {
            throw new InvalidValue("is not a key: a number in it is not positive or has zeros in front");
        }
        return new BigInteger(number);
    }

    /** @throws InvalidValue if there is more to read */
    void end() {
        if (position != bytes.length) {
            throw new InvalidValue("is not a key: something follows it");
        }
    }

    private static InvalidValue truncated() {
        return new InvalidValue("is not a whole key: it was cut when it was copied, or is damaged");
    }
}
