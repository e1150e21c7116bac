{{- define "tams.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "tams.selectorLabels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "tams.labels" -}}
{{ include "tams.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* Not those of the server: the Services must not lead to the test. */}}
{{- define "tams.testLabels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}-test
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "tams.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{- define "tams.claim" -}}
{{ .Values.persistence.existingClaim | default (include "tams.fullname" .) }}
{{- end -}}

{{- define "tams.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
# Not at every start: a volume of media has many files.
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "tams.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{/* What the server would refuse at its start, said before anything is installed. */}}
{{- define "tams.validate" -}}
{{- if not .Values.config.AUTH_MODE -}}
{{- fail "config.AUTH_MODE is not set: jwt, token, basic, url_token, a comma-separated list of them, or none if everybody may do everything." -}}
{{- end -}}
{{- if and .Values.secretKeys (not .Values.existingSecret) -}}
{{- fail "secretKeys names keys of a Secret, but existingSecret does not say of which." -}}
{{- end -}}
{{- if ne .Values.mode "embedded" -}}
{{- $secrets := dict "cluster" (list "VAST_ACCESS_KEY" "VAST_SECRET_KEY") "postgres" (list "DATABASE_URL") -}}
{{- range $key := prepend (get $secrets .Values.mode) "SECRET_KEY" -}}
{{- if not (has $key $.Values.secretKeys) -}}
{{- fail (printf "mode %s needs %s: put it into a Secret, name that in existingSecret and the key in secretKeys." $.Values.mode $key) -}}
{{- end -}}
{{- end -}}
{{- if eq .Values.mode "cluster" -}}
{{- range $key := list "VAST_ENDPOINTS" "VAST_BUCKET" "VAST_SCHEMA" -}}
{{- if not (get $.Values.config $key) -}}
{{- fail (printf "mode cluster needs config.%s." $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if not (or (eq (.Values.config.MEDIA_STORE | default "local") "s3") .Values.config.STORAGE_BACKENDS_FILE) -}}
{{- fail (printf "mode %s keeps media in an object store: set config.MEDIA_STORE to s3, or config.STORAGE_BACKENDS_FILE." .Values.mode) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A value as the text of an environment variable: large numbers as they were written, and not as 1e+07. */}}
{{- define "tams.text" -}}
{{- if kindIs "float64" . }}{{ printf "%.0f" . }}{{ else }}{{ toString . }}{{ end -}}
{{- end -}}
