package dev.bailiwick.server.fuzz;

import java.util.List;
import java.util.Random;

/** Values that programs that read them get wrong. */
final class Nasty {

    /** Texts, not yet encoded for where they go. */
    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "\0",
            "a\0b",
            "%",
            "%00",
            "%s%n%x",
            "\n",
            "a\r\nSet-Cookie: a=b",
            "\t",
            "'",
            "\"",
            "\\",
            "\\u0000",
            "';--",
            "../../../etc/passwd",
            "/",
            "//",
            "/var/lib/../../etc",
            "${7*7}",
            "__${7*7}__::.x",
            "<script>alert(1)</script>",
            "\ud83d\udc0b",
            "\u202e",
            "\u0000\u0001\u001f",
            "\u007f\u0085\u2028",
            "\ufeff",
            "\ufffe\uffff",
            "\u0130\u0131\u00df\u1e9e",
            "e\u0301",
            "-1",
            "0",
            "1",
            "2147483648",
            "9223372036854775808",
            "9".repeat(40),
            "9".repeat(1_001),
            "1e400",
            "1e-400",
            "0x80001",
            "0.1",
            "-0",
            "NaN",
            "Infinity",
            "true",
            "null",
            "a=b",
            "YQ==",
            "a,b,,c",
            "[]",
            "{}",
            "[1,2]",
            "auto",
            "127.0.0.1",
            "::",
            "::ffff:10.0.0.1",
            "fe80::1%eth0",
            "10.0.0.0/8",
            "10.0.0.0/-1",
            "0.0.0.0/0",
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "1-1-1-1-1",
            "2026-02-30T00:00:00Z",
            "+1000000000-12-31T23:59:59Z",
            "-999999999-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999999999Z",
            "2026-11-29T25:00",
            "PT-1S",
            "P1D",
            "-1s",
            "1ms",
            "99999999999999999999s",
            "512MiB",
            "9999999999999TiB",
            "-1MiB",
            "bogus",
            "delete",
            "running",
            "removed",
            "unknown",
            "-created",
            "name",
            "x".repeat(256),
            "x".repeat(5_000),
            "\u00e4".repeat(300));

    /** Parts of a query or a form as they are sent: some cannot be decoded. */
    private static final List<String> ENCODED = List.of(
            "%",
            "%0",
            "%zz",
            "%00",
            "%C0%AF",
            "%ED%A0%80",
            "%F0%9F%90",
            "%FF%FE",
            "%c3%28",
            "+",
            "=",
            "==",
            "YQ==",
            "a=%",
            ";",
            "a;b=c",
            "%26",
            "%3D",
            "%23",
            "%0d%0a",
            "%u0041",
            "*",
            "(~!$,')",
            "%2e%2e%2f");

    private static final List<String> NAMES = List.of(
            "overrides[300].call",
            "overrides[2].call",
            "overrides[0].call",
            "overrides[0].until",
            "overrides[-1].call",
            "overrides[99999999999].call",
            "overrides[1999].reason",
            "overrides[x].call",
            "overrides[0]",
            "overrides[].call",
            "overrides[0][0].call",
            "overrides.call",
            "overrides",
            "jails",
            "jails[0]",
            "jails[1999]",
            "jails[2000]",
            "jails[0].x",
            "jail",
            "scopes",
            "scopes[0]",
            "limit",
            "limit[]",
            "limit[0]",
            "cursor",
            "sort",
            "from",
            "q",
            "host",
            "customer",
            "label",
            "phase",
            "state",
            "total",
            "all",
            "at",
            "remove",
            "version",
            "files",
            "previousFiles",
            "wait",
            "externalId",
            "name",
            "class.module.classLoader",
            "_name",
            "!name",
            "_csrf",
            "_method",
            "id",
            "",
            "\0",
            "\u00e4",
            "a\nb");

    private static final List<String> JSON = List.of(
            "null",
            "true",
            "0",
            "-1",
            "1e400",
            "1E-400",
            "-0.0",
            "1.5",
            "9".repeat(25),
            "9".repeat(1_001),
            "1." + "0".repeat(1_001),
            "9223372036854775807",
            "9223372036854775808",
            "NaN",
            "[]",
            "{}",
            "[null]",
            "[[]]",
            "[{}]",
            "{\"\":null}",
            "{\"a\":{\"b\":[1,2,{\"c\":null}]}}",
            "[".repeat(1_001) + "]".repeat(1_001),
            "{\"a\":".repeat(1_001) + "1" + "}".repeat(1_001),
            "[" + "1,".repeat(30_000) + "1]",
            "\"\\u0000\"",
            "\"a\\u0000b\"",
            "\"\\ud800\"",
            "\"\\udc00\\ud800\"",
            "\"\\ud83d\\udc0b\"",
            "\"\\u202e\"",
            "\"\\n\"",
            "\"\"",
            "\" \"",
            "\"" + "x".repeat(300) + "\"",
            "\"" + "x".repeat(70_000) + "\"",
            "'a'",
            "undefined",
            "\"bogus\"");

    private static final List<String> TYPES = List.of(
            "*/*",
            "application/*",
            "application/json;charset=utf-16",
            "application/json; charset=nonsense",
            "application/json; charset=",
            "application/json;;",
            "application/merge-patch+json",
            "application/x-ndjson",
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded;charset=nonsense",
            "application/x-www-form-urlencoded;charset=utf-16",
            "multipart/form-data",
            "multipart/form-data; boundary=x",
            "text/plain",
            "text/html",
            "application/xml",
            "application/octet-stream",
            "/",
            "a",
            "a/b/c",
            ";",
            "\"",
            "application/json, application/json",
            "application/json; q=2",
            "");

    private static final List<RawRequest.Header> HEADERS = List.of(
            header("Accept", "*/*"),
            header("Accept", "text/html"),
            header("Accept", "application/xml"),
            header("Accept", "text/event-stream"),
            header("Accept", ";;"),
            header("Accept", "a/b/c"),
            header("Accept", "*/*;q=7"),
            header("Accept", "application/json;q=x"),
            header("Accept-Language", "x-,,;q=9"),
            header("Accept-Language", "de-DE-x-" + "a-".repeat(300)),
            header("Accept-Encoding", "gzip"),
            header("Accept-Encoding", "identity;q=0"),
            header("Accept-Encoding", "*;q=x,,gzip;q=9"),
            header("Accept-Charset", "nonsense"),
            header("If-Match", "*"),
            header("If-Match", "\"1\""),
            header("If-Match", "W/\"1\""),
            header("If-Match", "1"),
            header("If-Match", "\"\", \"1-\", , *"),
            header("If-Match", "\"99999999999999999999999\""),
            header("If-None-Match", "*"),
            header("If-None-Match", "\"1"),
            header("If-Modified-Since", "yesterday"),
            header("If-Unmodified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"),
            header("Range", "bytes=0-0"),
            header("Range", "bytes=9-1,x-"),
            header("Range", "bytes=" + "0-1,".repeat(200) + "0-"),
            header("If-Range", "\"x\""),
            header("Cookie", "__Host-session=x"),
            header("Cookie", "__Host-session=; __Host-csrf=; __Host-flash=; __Host-return="),
            header("Cookie", "__Host-flash=%%%; __Host-return=a.b.c; __Host-csrf=\u00ff"),
            header("Cookie", "__Host-flash=YWJj; $Version=1; =; ;;"),
            header("Cookie", "__Host-return=" + "A".repeat(3_000)),
            header("Idempotency-Key", ""),
            header("Idempotency-Key", "a b"),
            header("Idempotency-Key", "k".repeat(256)),
            header("Idempotency-Key", "\u00e4"),
            header("Idempotency-Key", "one"),
            header("Authorization", "Bearer"),
            header("Authorization", "Bearer bw_\u00e4"),
            header("Authorization", "Basic YTpi"),
            header("Authorization", "\u00ff"),
            header("Host", "127.0.0.1:x"),
            header("Host", "elsewhere.example"),
            header("Host", "[::1"),
            header("Host", ""),
            header("X-Forwarded-Host", "elsewhere.example"),
            header("X-Forwarded-For", "a, b"),
            header("X-Forwarded-Prefix", "/a\u00e4"),
            header("X-Forwarded-Proto", "gopher"),
            header("Forwarded", "for=;;"),
            header("X-HTTP-Method-Override", "DELETE"),
            header("Expect", "100-continue"),
            header("Expect", "200-ok"),
            header("HX-Request", "true"),
            header("HX-Current-URL", "::"),
            header("Sec-Fetch-Site", "same-origin"),
            header("Sec-Fetch-Site", "cross-site"),
            header("Origin", "null"),
            header("Referer", "http://[::1/%"),
            header("Last-Event-ID", "x"),
            header("Last-Event-ID", "99999999999999999999"),
            header("Connection", "close"),
            header("Connection", "Upgrade, HTTP2-Settings"),
            header("HTTP2-Settings", "x"),
            header("Content-Encoding", "gzip"),
            header("X-CSRF-TOKEN", "x"),
            header("X-Long", "y".repeat(17_000)),
            header("X-Odd", "\u0001\u007f"),
            header("X-Latin", "\u00e9\u00ff"));

    private static final List<String> METHODS =
            List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get", "X-Y");

    private static final List<String> PATHS = List.of(
            "/%",
            "/%00",
            "//",
            "/.",
            "/..;/",
            ";a=b",
            "/%2e%2e",
            "/\u00e4",
            "/%ED%A0%80",
            "/x",
            "/live",
            ":batch",
            ":",
            "/%5c",
            "/{id}",
            "/'");

    private Nasty() {}

    private static RawRequest.Header header(String name, String value) {
        return new RawRequest.Header(name, value);
    }

    static String text(Random random) {
        return one(TEXTS, random);
    }

    static String encoded(Random random) {
        return one(ENCODED, random);
    }

    static String name(Random random) {
        return one(NAMES, random);
    }

    static String json(Random random) {
        return one(JSON, random);
    }

    static String type(Random random) {
        return one(TYPES, random);
    }

    static RawRequest.Header header(Random random) {
        return one(HEADERS, random);
    }

    static String method(Random random) {
        return one(METHODS, random);
    }

    static String path(Random random) {
        return one(PATHS, random);
    }

    static <T> T one(List<T> values, Random random) {
        return values.get(random.nextInt(values.size()));
    }
}
