package dev.bailiwick.server.network.reverse;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.network.PoolId;
import dev.bailiwick.server.page.PathIds;
import java.util.Optional;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** The records of the reverse zone of a pool, for whoever downloads them from its page. */
@Controller
class ReverseZonePages {

    private final ReverseNames names;

    ReverseZonePages(ReverseNames names) {
        this.names = names;
    }

    @GetMapping("/pools/{id}/reverse-zone")
    ResponseEntity<byte[]> download(Caller caller, @PathVariable String id) {
        caller.require(Scope.POOLS_READ);
        byte[] records =
                ReverseZone.of(names.of(caller, new PoolId(PathIds.uuid(id)), Optional.empty(), Integer.MAX_VALUE));
        return ResponseEntity.ok()
                .contentType(ReverseZone.TYPE)
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename("reverse-zone.txt")
                                .build()
                                .toString())
                .body(records);
    }
}
