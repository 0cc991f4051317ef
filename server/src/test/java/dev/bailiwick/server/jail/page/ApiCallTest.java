package dev.bailiwick.server.jail.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.jail.page.form.JailForm;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class ApiCallTest {

    private final ApiCall calls = new ApiCall(JsonMapper.builder().build());

    @Test
    void writesWhatTheFormDoesAsACall() {
        JailForm form = JailForm.of(ShownJails.jail(Optional.empty(), 3, 3, 3));
        assertThat(calls.redefine("https://control.example", "019a", "3", form.draft()))
                .isEqualTo("""
                curl -X PUT https://control.example/api/v1/jails/019a \\
                  -H "Authorization: Bearer $BAILIWICK_TOKEN" \\
                  -H 'If-Match: "3"' \\
                  -H 'Content-Type: application/json' \\
                  -d '{
                    "name": "shop",
                    "hostname": "shop.example.org",
                    "path": "/var/lib/bailiwick/jails/shop",
                    "base": "thin",
                    "ip": ["198.18.0.5", "fdb1:1::5"],
                    "policy": {
                      "profile": "hosting",
                      "overrides": [{
                        "call": "ptrace",
                        "decision": "deny:EPERM",
                        "reason": "nobody debugs a shop",
                        "until": "2026-12-24T18:00:00Z"
                      }]
                    },
                    "command": ["/usr/sbin/nginx", "-g", "daemon off;"],
                    "environment": {
                      "LANG": "C.UTF-8",
                      "TZ": "UTC"
                    },
                    "limits": {
                      "memory": "512MiB",
                      "processes": 256
                    },
                    "wanted": "running",
                    "stopSignal": "TERM",
                    "stopTimeout": 10,
                    "restartPolicy": "always"
                  }'""");
    }

    @Test
    void quotesForAShell() {
        JailForm form = JailForm.of(Map.of("name", "it's", "wanted", "running"));
        assertThat(calls.define("https://control.example", Optional.empty(), form, form.draft()))
                .contains("\"name\": \"it'\\''s\"");
    }
}
