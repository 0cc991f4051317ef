package dev.bailiwick.server.jail.socket;

import java.time.Duration;

/**
 * What holds for all sockets of one kind.
 *
 * @param subprotocol which a client asks for
 * @param binaryBytes that a binary message can have
 * @param textCharacters that a text message can have
 * @param sendTimeout how long a message waits for a client that does not read
 * @param maxSilence how long a client answers no ping
 */
public record SocketKind(
        String subprotocol, int binaryBytes, int textCharacters, Duration sendTimeout, Duration maxSilence) {}
