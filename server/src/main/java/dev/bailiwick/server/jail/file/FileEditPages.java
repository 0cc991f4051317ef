package dev.bailiwick.server.jail.file;

import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.account.stream.OpenStreams;
import dev.bailiwick.server.jail.file.FilePageModel.Typed;
import dev.bailiwick.server.jail.file.failure.FileChanged;
import dev.bailiwick.server.jail.file.failure.FileUnsuitable;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The page on which the text of a file is edited. It replaces only the version that it has shown. */
@Controller
class FileEditPages {

    private static final int OK = 200;

    private final FilePageModel model;
    private final JailFileWork files;
    private final Uploads uploads;
    private final OpenStreams streams;
    private final MessageSource messages;

    FileEditPages(
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

    @GetMapping("/jails/{id}/files/edit")
    ModelAndView edit(
            HttpServletRequest request,
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "/") String path)
            throws IOException {
        JailFileWork.NamedTree jail = model.open(caller, id);
        FilePath file = FileFields.path("path", path);
        try {
            FileEntry entry = read(jail.tree(), file);
            Optional<FileText> text = entry.size() > FileText.MAX_BYTES
                    ? Optional.empty()
                    : FileText.of(content(request, caller, jail.tree(), file, entry));
            return text.map(known -> page(jail, file, known, entry.version(), Typed.NOTHING, OK))
                    .orElseGet(() -> model.file(jail, file, unsuitable(), OK));
        } catch (Failure refused) {
            return model.file(
                    jail,
                    file,
                    Typed.refused("edit", "", "remove", refused),
                    refused.type().status());
        }
    }

    private Typed unsuitable() {
        return Typed.refused(
                "edit", "", "remove", new FileUnsuitable(messages.getMessage("files.edit.not", null, Locale.ENGLISH)));
    }

    private FileEntry read(JailFileWork.Tree tree, FilePath file) {
        return files.ask(tree, new FileRequest.Read(file, 0, 0), FileResult.Content.class)
                .file();
    }

    private byte[] content(
            HttpServletRequest request, Caller caller, JailFileWork.Tree tree, FilePath file, FileEntry entry)
            throws IOException {
        FileStream content = new FileStream(() -> transfer(request, caller, tree), file, entry);
        try (InputStream bytes = content.getInputStream()) {
            return bytes.readNBytes(FileText.MAX_BYTES);
        }
    }

    private ModelAndView page(
            JailFileWork.NamedTree jail, FilePath file, FileText text, String version, Typed typed, int status) {
        return FilePageModel.page("jails/file-editor", jail, file, typed, status)
                // A browser drops the first end of a line in a text area.
                .addObject("text", "\n" + text.text())
                .addObject("crlf", text.isCrLf())
                .addObject("version", version);
    }

    /**
     * Writes the text back.
     *
     * @param version that was shown
     * @param crlf whether lines end with CR LF
     */
    @PostMapping("/jails/{id}/files/edit")
    ModelAndView save(
            HttpServletRequest request,
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "/") String path,
            @RequestParam(defaultValue = "") String version,
            @RequestParam(defaultValue = "false") boolean crlf,
            @RequestParam(defaultValue = "") String text,
            RedirectAttributes then)
            throws IOException {
        JailFileWork.NamedTree jail = model.open(caller, id);
        FilePath file = FileFields.path("path", path);
        FileText content = FileText.sent(text, crlf);
        try {
            write(request, caller, jail, file, version, content);
        } catch (FileChanged changed) {
            return changed(jail, file, content, version, changed);
        } catch (Failure refused) {
            return refused(jail, file, content, version, "text", refused);
        }
        then.addFlashAttribute(
                "toast", messages.getMessage("files.edit.saved", new Object[] {file.name()}, Locale.ENGLISH));
        then.addAttribute("path", file.text());
        return new ModelAndView("redirect:/jails/" + jail.tree().jail() + "/files/edit");
    }

    /** Offers to replace the version that is there now, if one is. */
    private ModelAndView changed(
            JailFileWork.NamedTree jail, FilePath file, FileText content, String shown, FileChanged changed) {
        try {
            return refused(jail, file, content, read(jail.tree(), file).version(), "changed", changed);
        } catch (Failure gone) {
            return refused(jail, file, content, shown, "text", gone);
        }
    }

    private ModelAndView refused(
            JailFileWork.NamedTree jail,
            FilePath file,
            FileText content,
            String version,
            String field,
            Failure refused) {
        return page(
                jail,
                file,
                content,
                version,
                Typed.refused("edit", "", field, refused),
                refused.type().status());
    }

    private void write(
            HttpServletRequest request,
            Caller caller,
            JailFileWork.NamedTree jail,
            FilePath file,
            String version,
            FileText text)
            throws IOException {
        byte[] bytes = text.bytes();
        if (bytes.length > FileText.MAX_BYTES) {
            throw new InvalidRequest("/text", "has more than 65,536 bytes");
        }
        if (version.isEmpty()) {
            throw new InvalidRequest("/version", "is required");
        }
        FileRequest.End end = new FileRequest.End(Optional.of(version), false, OptionalInt.empty());
        try (Transfer transfer = transfer(request, caller, jail.tree())) {
            files.record(caller, jail.tree(), new FileEvent.Written(file.text()));
            uploads.write(transfer, file, new ByteArrayInputStream(bytes), end);
        }
    }
}
