package dev.bailiwick.server.jail.file;

import dev.bailiwick.jail.file.FileName;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileRequest.UploadId;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.account.stream.OpenStreams;
import dev.bailiwick.server.jail.file.FilePageModel.Typed;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.FileForms;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.springframework.context.MessageSource;
import org.springframework.core.io.InputStreamResource;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Files that people send to a jail: by a form in one piece, or by the script of the page in parts that go on after an interruption. */
@Controller
class FileUploadPages {

    private final FilePageModel model;
    private final JailFileWork files;
    private final Uploads uploads;
    private final OpenStreams streams;
    private final MessageSource messages;

    FileUploadPages(
            FilePageModel model, JailFileWork files, Uploads uploads, OpenStreams streams, MessageSource messages) {
        this.model = model;
        this.files = files;
        this.uploads = uploads;
        this.streams = streams;
        this.messages = messages;
    }

    private Transfer transfer(HttpServletRequest request, Caller caller, JailFileWork.Tree tree) {
        return new Transfer(files, streams, caller, Credential.of(request), tree);
    }

    /**
     * Takes a file from a form.
     *
     * @param path of the directory
     * @param replace whether a file of the same name is replaced
     */
    @PostMapping("/jails/{id}/files/upload")
    ModelAndView upload(
            HttpServletRequest request,
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "/") String path,
            @RequestParam(defaultValue = "false") boolean replace,
            @RequestBody(required = false) @Nullable InputStreamResource body,
            RedirectAttributes then)
            throws IOException {
        JailFileWork.NamedTree jail = model.open(caller, id);
        FilePath directory = FileFields.path("path", path);
        try {
            FilePath file = chosen(directory, request);
            FileRequest.End end = new FileRequest.End(Optional.empty(), !replace, OptionalInt.empty());
            try (InputStream content = body == null ? InputStream.nullInputStream() : body.getInputStream();
                    Transfer transfer = transfer(request, caller, jail.tree())) {
                files.record(caller, jail.tree(), new FileEvent.Written(file.text()));
                uploads.write(transfer, file, content, end);
            }
            then.addFlashAttribute(
                    "toast", messages.getMessage("files.uploaded", new Object[] {file.name()}, Locale.ENGLISH));
            then.addAttribute("path", directory.text());
            return new ModelAndView("redirect:/jails/" + jail.tree().jail() + "/files");
        } catch (Failure refused) {
            return model.directory(
                    jail,
                    directory,
                    0,
                    "",
                    Typed.refused("upload", "", "file", refused),
                    refused.type().status());
        }
    }

    private static FilePath chosen(FilePath directory, HttpServletRequest request) {
        if (!(request.getAttribute(FileForms.FILE_NAME) instanceof String name)) {
            throw new InvalidRequest("/file", "must be chosen");
        }
        return FileFields.read("file", () -> directory.child(FileName.text(name.getBytes(StandardCharsets.UTF_8))));
    }

    /** How far an upload is, for the script. */
    record UploadedPart(long size, boolean ended) {}

    /** Says how much of an upload is there. */
    @GetMapping("/jails/{id}/files/part")
    ResponseEntity<UploadedPart> find(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "/") String path,
            @RequestParam(defaultValue = "") String upload) {
        JailFileWork.Tree tree = model.open(caller, id).tree();
        FileRequest request = new FileRequest.FindUpload(
                FileFields.path("path", path), FileFields.read("upload", () -> new UploadId(upload)));
        return part(new UploadedPart(
                files.ask(tree, request, FileResult.Uploaded.class).size(), false));
    }

    private static ResponseEntity<UploadedPart> part(UploadedPart part) {
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .contentType(MediaType.APPLICATION_JSON)
                .body(part);
    }

    /**
     * Appends the body to an upload.
     *
     * @param end whether the file is whole with it
     */
    @PostMapping("/jails/{id}/files/part")
    ResponseEntity<UploadedPart> append(
            HttpServletRequest request,
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "/") String path,
            @RequestParam(defaultValue = "") String upload,
            @RequestParam(defaultValue = "0") long offset,
            @RequestParam(defaultValue = "false") boolean end,
            @RequestParam(defaultValue = "false") boolean replace,
            @RequestBody(required = false) @Nullable InputStreamResource body)
            throws IOException {
        JailFileWork.Tree tree = model.open(caller, id).tree();
        FilePath file = FileFields.path("path", path);
        UploadId name = FileFields.read("upload", () -> new UploadId(upload));
        if (offset < 0) {
            throw new InvalidRequest("/offset", "must not be negative");
        }
        Optional<FileRequest.End> ending = end
                ? Optional.of(new FileRequest.End(Optional.empty(), !replace, OptionalInt.empty()))
                : Optional.empty();
        try (InputStream content = body == null ? InputStream.nullInputStream() : body.getInputStream();
                Transfer transfer = transfer(request, caller, tree)) {
            if (offset == 0 || end) {
                files.record(caller, tree, new FileEvent.Written(file.text()));
            }
            Uploads.Progress progress = uploads.goOn(transfer, file, name, offset, content, ending);
            return part(new UploadedPart(progress.size(), progress.file().isPresent()));
        }
    }
}
