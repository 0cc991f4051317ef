package dev.bailiwick.server.bounds;

import dev.bailiwick.jail.IpAddresses;
import java.time.Duration;

/**
 * A bound of something that a peer who is not signed in can make grow. All such bounds are here; a test compares {@code
 * docs/bounds.md} with this table.
 */
public enum Bound {
    HTTP_CONNECTIONS(400, "connections to the web port at a time", "further ones wait to be accepted"),
    /** Half of all, so that one machine cannot keep others from the pages. */
    HTTP_CONNECTIONS_OF_A_PEER(
            200, "connections to the web port from one IPv4 address or IPv6 network (/64)", "further ones are closed"),
    HTTP_BACKLOG(
            100, "connections that wait to be accepted by the web port", "further ones are not answered by the kernel"),
    HTTP_SILENCE_SECONDS(
            20, "seconds for a handshake, a request's head, and each pause in a body", "the connection is closed"),
    HTTP2_STREAMS(40, "requests on one HTTP/2 connection at a time", "further ones are reset"),
    /**
     * The default window, which a client may use before it has read the server's settings: a smaller window could overflow on a new
     * connection.
     */
    HTTP2_WINDOW_BYTES((64 << 10) - 1, "bytes of one HTTP/2 request that are held unread", "the peer waits"),
    REQUEST_HEAD_BYTES(16 << 10, "bytes of a request's head", "400"),
    REQUEST_HEADERS(100, "headers of a request", "400"),
    /** The form of a jail that overrides every call, with as many arguments, variables and labels as it may have, has 2,400. */
    REQUEST_PARAMETERS(3_000, "parameters of a request", "400"),
    FORM_BYTES(256 << 10, "bytes of a form, except an operator's", "413"),
    ARCHIVE_ENTRIES(100_000, "entries of an archive that is unpacked in a jail", "422"),
    FILE_FORM_BYTES(64 << 10, "bytes before the file of a form", "413"),
    FILE_FORM_FIELDS(32, "fields before the file of a form", "400"),
    /** The form of the largest definition has 3.5 MiB, because a browser sends up to three bytes for each byte of a text. */
    OPERATORS_FORM_BYTES(4 << 20, "bytes of an operator's form", "413"),
    SWALLOWED_BYTES(2 << 20, "bytes of a rejected body that are read and dropped", "the connection is closed"),
    BODY_BYTES(1 << 20, "bytes of a body of the API", "413"),
    /** The largest batch of actions, 10,000, fits into {@link #BODY_BYTES}; customers send only such batches. */
    BATCH_BYTES(16 << 20, "bytes of an operator's batch", "413"),
    /**
     * An empty object takes three bytes of a body and a hundred bytes of memory. The largest valid definition has a third of these
     * tokens.
     */
    JSON_TOKENS(20_000, "values, names and brackets in a body of the API, or in one line of a batch", "400"),
    REQUESTS_OF_A_CUSTOMER(
            64, "requests of one customer's people and programs at a time", "further ones wait 5 s, then 503"),
    REQUESTS_OF_CUSTOMERS(256, "requests of all customers at a time", "further ones wait 5 s, then 503"),
    SESSIONS_BEFORE_SIGN_IN(0, "sessions without a signed-in user", "the schema rejects them"),
    SESSIONS_OF_A_USER(20, "sessions of a user", "the oldest ends"),
    CUSTOMERS_OF_A_RESELLER(1_000, "customers that the owners of a reseller create", "409"),
    INVITATIONS_OF_A_CUSTOMER(100, "open invitations of a customer", "409"),
    MAILS_OF_A_CUSTOMER(200, "mails in 24 hours for a customer", "429"),
    EMAIL_CONFIRMATIONS_OF_A_USER(5, "mails in 24 hours that ask to confirm an address of a user", "429"),
    PASSWORD_MAILS_OF_A_USER(
            3, "mails in an hour to a user who forgot the password", "none is sent; the link of the last one holds"),
    USERS_OF_AN_ADDRESS(5, "users with the same address who get mail when one of them forgot the password", "none"),
    FORGOTTEN_PASSWORDS(1_000, "requests of people who forgot the password that wait", "further ones are dropped"),
    NOTICES_OF_A_KIND(20, "mails in 24 hours to a user about changes of one kind", "none is sent"),
    SSH_KEYS_OF_A_USER(100, "SSH keys of a user", "409"),
    ADDITIONAL_ADDRESSES(IpAddresses.MAX_ADDITIONAL, "additional addresses of a jail, of each family", "400"),
    RETURN_PATH_LENGTH(
            1_024, "characters of the path to return to after sign-in, kept by the browser", "it is not kept"),
    CARRIED_FORM_BYTES(
            256_000,
            "bytes of a form that is sent after its session has ended, carried by the browser over sign-in",
            "it is dropped, and the page says so"),
    SIGN_IN_KEYS(
            10_000, "addresses and logins whose sign-in attempts are counted", "the least recently used is forgotten"),
    KILL_EVENT_MINUTES(
            5,
            "minutes between two events about processes of a jail that its host reports as killed for lack of memory",
            "they are not recorded; the condition of the jail has the last"),
    FAILED_SIGN_IN_KEYS(
            10_000,
            "logins whose failed sign-ins wait to be written into the audit, as one event of 15 minutes, 20 events in ten seconds",
            "the least recently used is forgotten"),
    /** Only those whose password is known can be among them. */
    CODE_KEYS(10_000, "users whose wrong one-time codes are counted", "the least recently used is forgotten"),
    SIGN_INS_AT_ONCE(4, "passwords that are checked at a time, 16 MiB each", "further ones wait 5 s, then 503"),
    STREAMS(1_000, "live streams of all users", "503"),
    STREAMS_OF_A_USER(32, "live streams of a user", "503"),
    TRANSFERS_OF_A_USER(8, "files that a user sends, receives or removes at a time", "503"),
    FILE_BYTES_AHEAD(
            64 << 20,
            "bytes of files that transfers gather or read in advance",
            "further ones send and read one part at a time"),
    SSH_CONNECTIONS(500, "connections to the SSH port at a time", "further ones are closed"),
    SSH_CONNECTIONS_OF_A_PEER(
            100, "connections to the SSH port from one IPv4 address or IPv6 network (/64)", "further ones are closed"),
    SSH_STRANGERS(
            100,
            "connections to the SSH port whose clients have not signed in",
            "the oldest of the address or network with most of them is closed"),
    SSH_STRANGERS_OF_A_PEER(20, "of them from one IPv4 address or IPv6 network (/64)", "further ones are closed"),
    SSH_SIGN_IN_SECONDS(60, "seconds in which a client of SSH must have signed in", "the connection is closed"),
    SSH_CHANNELS(10, "commands and transfers on one connection of SSH at a time", "further ones are refused"),
    SSH_WINDOW_BYTES(256 << 10, "bytes of one of them that are held unread", "the client waits"),
    SSH_PACKETS(1_000, "packets that wait for the client of a connection of SSH", "the connection is closed"),
    /** More than all channels of a connection wait for at a time. */
    SSH_PACKET_BYTES(8 << 20, "bytes of these packets", "the connection is closed"),
    SSH_QUESTIONS(4, "connections to ports that one connection of SSH has looked up at a time", "further ones wait"),
    FORWARDS_OF_A_USER(48, "connections of a user to ports of jails at a time", "further ones are refused"),
    /** So that the other streams to a jail have room. */
    FORWARDS_OF_A_JAIL(24, "connections to ports of one jail at a time", "further ones are refused"),
    /** Each takes one of {@link #HTTP_CONNECTIONS}, for hours. */
    FORWARDS_BY_WEBSOCKET(128, "connections to ports of jails by WebSocket at a time", "503"),
    FORWARD_RECORDS(
            10_000,
            "connections to ports of jails that were recorded within the minute",
            "the oldest is recorded again"),
    LINK_CONNECTIONS(2_000, "connections to the agents' port at a time", "further ones are closed"),
    LINK_HANDSHAKE_SECONDS(10, "seconds for an agent's TLS handshake", "the connection is closed"),
    LINK_IDLE_SECONDS(30, "seconds without a call on a connection to the agents' port", "the connection is closed"),
    /** More than the streams that one replica opens to a host. */
    LINK_CALLS(160, "calls on one connection of an agent at a time", "further ones are reset"),
    LINK_WINDOW_BYTES(256 << 10, "bytes of one call that are held unread", "the peer waits"),
    LINK_MESSAGE_BYTES(4 << 20, "bytes of one message of an agent", "the call ends"),
    LINK_METADATA_BYTES(8 << 10, "bytes of a call's head", "the call is rejected"),
    HOST_STREAMS(128, "streams to one host, for consoles, logs and files", "503"),
    JAIL_STREAMS(32, "streams to the host of one jail that are about it", "503"),
    STREAM_WINDOW_BYTES(256 << 10, "bytes of one stream to a host that are held unread", "the sender waits"),
    ATTACH_TICKETS_OF_A_USER(
            100,
            "tickets of a user with which to attach to sessions of commands, or to connect to ports",
            "the oldest becomes invalid"),
    STAFF_READS(
            10_000,
            "reads of logs and files by staff that were recorded within the hour",
            "the oldest is recorded again"),
    QUESTIONS(1_000, "questions to all hosts that wait for an answer", "further ones fail at once"),
    /** As many as an agent holds. */
    QUESTIONS_TO_A_HOST(64, "questions to one host that wait for an answer", "further ones fail at once"),
    LOG_QUESTIONS(1_000, "reads of logs of all hosts that wait for an answer", "further ones fail at once"),
    /** Less than an agent holds. */
    LOG_QUESTIONS_TO_A_HOST(256, "reads of logs of one host that wait for an answer", "further ones fail at once"),
    /** Less than the agent lets wait, so that questions of other kinds have room. */
    FILE_QUESTIONS_TO_A_HOST(
            16, "requests to one host about files that wait for an answer", "further ones fail at once"),
    FILE_QUESTIONS_OF_A_JAIL(2, "requests about files of one jail at a time", "further ones wait 5 s, then 503"),
    ANSWER_BYTES(256 << 10, "bytes of a host's answer to a question", "the call ends"),
    JOINS_AT_ONCE(16, "attempts to join at a time", "further ones are rejected"),
    JOIN_SECONDS(10, "seconds that an attempt to join may take", "it is rejected"),
    JOIN_ADDRESSES(4_096, "addresses whose attempts to join are counted", "the least recently used is forgotten");

    private final int value;
    private final String what;
    private final String beyond;

    Bound(int value, String what, String beyond) {
        this.value = value;
        this.what = what;
        this.beyond = beyond;
    }

    public int value() {
        return value;
    }

    /** Returns the value of a bound that counts seconds. */
    public Duration seconds() {
        return Duration.ofSeconds(value);
    }

    /** Returns the bound's row in {@code docs/bounds.md}. */
    public String row() {
        return "| " + what + " | " + "%,d".formatted(value) + " | " + beyond + " |";
    }
}
