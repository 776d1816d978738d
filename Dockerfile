# The program with PostgreSQL's driver and yt-dlp, for servers, workers and migrations alike: the command says which.
# compose.yaml shows how they fit together, docs/scaling.md how many of each are needed.

FROM python:3.11-slim AS build
WORKDIR /source
COPY pyproject.toml hatch_build.py constraints.txt README.md CHANGELOG.md LICENSE ./
COPY assets ./assets
COPY src ./src
# Node.js, which builds the pages, comes from the package index and stays in this stage.
RUN python -m venv /opt/creatoraudit && \
    /opt/creatoraudit/bin/python -m pip install --no-cache-dir --constraint constraints.txt ".[otel,postgres,ytdlp]"

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /data --create-home creatoraudit
COPY --from=build /opt/creatoraudit /opt/creatoraudit
ENV PATH=/opt/creatoraudit/bin:$PATH PYTHONUNBUFFERED=1
USER 10001
# Where a SQLite file lives, if nothing else is named; with PostgreSQL nothing is written here.
WORKDIR /data
EXPOSE 8000
ENTRYPOINT ["creatoraudit"]
CMD ["serve", "--host", "0.0.0.0"]
