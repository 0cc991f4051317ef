package dev.bailiwick.server.ssh;

/**
 * What a client gives as its user name: {@code LOGIN+JAIL}. A login may have a plus sign, the name of a jail has none.
 *
 * @param user the login
 * @param jail the name or the id of a jail; empty if the client names none
 */
record SshLogin(String user, String jail) {

    static SshLogin parse(String text) {
        int plus = text.lastIndexOf('+');
        return plus < 0 ? new SshLogin(text, "") : new SshLogin(text.substring(0, plus), text.substring(plus + 1));
    }
}
