package dev.bailiwick.server.jail.file;

import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.account.stream.OpenStreams;
import dev.bailiwick.server.jail.file.FilePageModel.Typed;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;

/** The pages of the files of a jail: its directories, and each file. Names are written as in the API. */
@Controller
class FilePages {

    private static final int OK = 200;

    private final FilePageModel model;
    private final JailFileWork files;
    private final OpenStreams streams;
    private final Archives archives;

    FilePages(FilePageModel model, JailFileWork files, OpenStreams streams, Archives archives) {
        this.archives = archives;
        this.model = model;
        this.files = files;
        this.streams = streams;
    }

    @GetMapping("/jails/{id}/files")
    ModelAndView directory(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "/") String path,
            @RequestParam(defaultValue = "0") long after,
            @RequestParam(defaultValue = "") String text) {
        JailFileWork.NamedTree jail = model.open(caller, id);
        return model.directory(
                jail, FileFields.path("path", path), Math.max(0, after), text.strip(), Typed.NOTHING, OK);
    }

    @GetMapping("/jails/{id}/files/entry")
    ModelAndView file(Caller caller, @PathVariable String id, @RequestParam(defaultValue = "/") String path) {
        JailFileWork.NamedTree jail = model.open(caller, id);
        return model.file(jail, FileFields.path("path", path), Typed.NOTHING, OK);
    }

    /** Asks before something is deleted for good. */
    @GetMapping("/jails/{id}/files/delete")
    ModelAndView confirm(Caller caller, @PathVariable String id, @RequestParam(defaultValue = "/") String path) {
        JailFileWork.NamedTree jail = model.open(caller, id);
        ModelAndView page = model.file(jail, FileFields.path("path", path), Typed.NOTHING, OK);
        page.setViewName("jails/file-deletion");
        return page;
    }

    /** Returns a directory as a tar. */
    @GetMapping("/jails/{id}/files/archive")
    void archive(
            HttpServletRequest request,
            HttpServletResponse response,
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "/") String path)
            throws IOException {
        JailFileWork.Tree tree = model.open(caller, id).tree();
        archives.send(request, response, caller, tree, FileFields.path("path", path));
    }

    @GetMapping("/jails/{id}/files/content")
    ResponseEntity<Resource> content(
            HttpServletRequest request,
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "/") String path) {
        JailFileWork.Tree tree = model.open(caller, id).tree();
        FilePath file = FileFields.path("path", path);
        FileEntry entry = files.ask(tree, new FileRequest.Read(file, 0, 0), FileResult.Content.class)
                .file();
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .header(HttpHeaders.CONTENT_DISPOSITION, FileContentResource.attachment(file))
                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                .body(new FileStream(
                        () -> new Transfer(files, streams, caller, Credential.of(request), tree), file, entry));
    }
}
