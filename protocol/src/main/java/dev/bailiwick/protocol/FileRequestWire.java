package dev.bailiwick.protocol;

import com.google.protobuf.ByteString;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.file.FileBytes;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileRequest.UploadId;
import dev.bailiwick.jail.file.FileWork;
import dev.bailiwick.protocol.v1.FileBatch;
import dev.bailiwick.protocol.v1.FileEnd;
import dev.bailiwick.protocol.v1.FileLink;
import dev.bailiwick.protocol.v1.FileList;
import dev.bailiwick.protocol.v1.FileLook;
import dev.bailiwick.protocol.v1.FileMode;
import dev.bailiwick.protocol.v1.FileOwner;
import dev.bailiwick.protocol.v1.FileRead;
import dev.bailiwick.protocol.v1.FileRename;
import dev.bailiwick.protocol.v1.FileSearch;
import dev.bailiwick.protocol.v1.FileUpload;
import dev.bailiwick.protocol.v1.FileWrite;
import dev.bailiwick.protocol.v1.FilesQuestion;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Converts what a host is to do with files of a jail to and from its message. */
final class FileRequestWire {

    private FileRequestWire() {}

    static FilesQuestion toWire(FileWork work) {
        return toWire(work.request())
                .setJailId(work.jail().toString())
                .setRootPath(work.root().value())
                .setBase(work.base().text())
                .build();
    }

    private static FilesQuestion.Builder toWire(FileRequest request) {
        FilesQuestion.Builder wire =
                FilesQuestion.newBuilder().setPath(request.path().text());
        FileLook plain = FileLook.getDefaultInstance();
        switch (request) {
            case FileRequest.Look _ -> wire.setLook(plain);
            case FileRequest.MakeDirectory _ -> wire.setMakeDirectory(plain);
            case FileRequest.Remove _ -> wire.setRemove(plain);
            case FileRequest.List(FilePath _, long after, int limit) ->
                wire.setList(FileList.newBuilder().setAfter(after).setLimit(limit));
            case FileRequest.Read(FilePath _, long offset, int length) ->
                wire.setRead(FileRead.newBuilder().setOffset(offset).setLength(length));
            case FileRequest.Search(FilePath _, String text, int limit) ->
                wire.setSearch(FileSearch.newBuilder().setText(text).setLimit(limit));
            case FileRequest.FindUpload(FilePath _, UploadId upload) ->
                wire.setFindUpload(FileUpload.newBuilder().setUpload(upload.text()));
            case FileRequest.DropUpload(FilePath _, UploadId upload) ->
                wire.setDropUpload(FileUpload.newBuilder().setUpload(upload.text()));
            case FileRequest.Write write -> wire.setWrite(toWire(write));
            case FileRequest.MakeLink(FilePath _, String target) ->
                wire.setMakeLink(FileLink.newBuilder().setTarget(target));
            case FileRequest.Rename(FilePath _, FilePath to, boolean replaces) ->
                wire.setRename(FileRename.newBuilder().setTo(to.text()).setReplaces(replaces));
            case FileRequest.SetMode(FilePath _, int mode) ->
                wire.setMode(FileMode.newBuilder().setMode(mode));
            case FileRequest.SetOwner(FilePath _, int owner, int group) ->
                wire.setOwner(FileOwner.newBuilder().setOwner(owner).setGroup(group));
            case FileRequest.Batch(List<FileRequest> requests) -> {
                FileBatch.Builder batch = FileBatch.newBuilder();
                requests.forEach(one -> batch.addRequests(toWire(one)));
                wire.setBatch(batch);
            }
        }
        return wire;
    }

    private static FileWrite toWire(FileRequest.Write write) {
        FileWrite.Builder wire = FileWrite.newBuilder()
                .setUpload(write.upload().text())
                .setOffset(write.offset())
                .setContent(ByteString.copyFrom(write.bytes().bytes()));
        write.end().ifPresent(end -> {
            FileEnd.Builder ended =
                    FileEnd.newBuilder().setVersion(end.version().orElse("")).setIsNew(end.isNew());
            end.mode().ifPresent(ended::setMode);
            wire.setEnd(ended);
        });
        return wire.build();
    }

    /** @throws MalformedMessage if {@link #toWire(FileWork)} cannot have written it */
    static FileWork fromWire(FilesQuestion wire) {
        return new FileWork(
                Field.read("jail_id", () -> JailId.parse(wire.getJailId())),
                Field.read("root_path", () -> new RootPath(wire.getRootPath())),
                Field.read("base", () -> Base.parse(wire.getBase())),
                request(wire));
    }

    private static FilePath path(String field, String text) {
        return Field.read(field, () -> FilePath.parse(text));
    }

    private static FileRequest request(FilesQuestion wire) {
        FilePath path = path("path", wire.getPath());
        return Field.read("request", () -> request(path, wire));
    }

    private static FileRequest request(FilePath path, FilesQuestion wire) {
        return switch (wire.getRequestCase()) {
            case LOOK -> new FileRequest.Look(path);
            case LIST ->
                new FileRequest.List(
                        path, wire.getList().getAfter(), wire.getList().getLimit());
            case READ ->
                new FileRequest.Read(
                        path, wire.getRead().getOffset(), wire.getRead().getLength());
            case SEARCH ->
                new FileRequest.Search(
                        path, wire.getSearch().getText(), wire.getSearch().getLimit());
            case FIND_UPLOAD ->
                new FileRequest.FindUpload(
                        path, new UploadId(wire.getFindUpload().getUpload()));
            case DROP_UPLOAD ->
                new FileRequest.DropUpload(
                        path, new UploadId(wire.getDropUpload().getUpload()));
            case WRITE -> write(path, wire.getWrite());
            case MAKE_DIRECTORY -> new FileRequest.MakeDirectory(path);
            case MAKE_LINK -> new FileRequest.MakeLink(path, wire.getMakeLink().getTarget());
            case RENAME ->
                new FileRequest.Rename(
                        path,
                        path("to", wire.getRename().getTo()),
                        wire.getRename().getReplaces());
            case REMOVE -> new FileRequest.Remove(path);
            case MODE -> new FileRequest.SetMode(path, wire.getMode().getMode());
            case OWNER ->
                new FileRequest.SetOwner(
                        path, wire.getOwner().getOwner(), wire.getOwner().getGroup());
            case BATCH -> batch(wire.getBatch());
            case REQUEST_NOT_SET -> throw new MalformedMessage("it does not say what to do with the files", null);
        };
    }

    private static FileRequest batch(FileBatch wire) {
        if (wire.getRequestsList().stream().anyMatch(FilesQuestion::hasBatch)) {
            throw new MalformedMessage("there is a batch in a batch", null);
        }
        return new FileRequest.Batch(
                wire.getRequestsList().stream().map(FileRequestWire::request).toList());
    }

    private static FileRequest write(FilePath path, FileWrite wire) {
        FileEnd end = wire.getEnd();
        return new FileRequest.Write(
                path,
                new UploadId(wire.getUpload()),
                wire.getOffset(),
                new FileBytes(wire.getContent().toByteArray()),
                wire.hasEnd()
                        ? Optional.of(new FileRequest.End(
                                Optional.of(end.getVersion()).filter(version -> !version.isEmpty()),
                                end.getIsNew(),
                                end.hasMode() ? OptionalInt.of(end.getMode()) : OptionalInt.empty()))
                        : Optional.empty());
    }
}
